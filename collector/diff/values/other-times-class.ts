import type { Context, SideContext } from "../content/context.ts";
import { iso, type Moment, meaningsOf, movedAlong, type Period } from "./moment.ts";
import type { Piece, TextClass, Verdict } from "./text-class.ts";
import { type TimeText, timesIn } from "./time-text.ts";

interface TimePiece extends Piece {
  readonly time: TimeText;
}

/** Times that are not of the builds themselves: SOURCE_DATE_EPOCH, one moment in two zones, and what moved with the builds. */
export const otherTimesClass: TextClass = {
  name: "other times",
  *find(text, side): Generator<TimePiece> {
    const year = new Date(side.period.from).getUTCFullYear();
    for (const time of timesIn(text, year)) {
      const { start, end } = time;
      if (!isBareNumber(time) || isEpoch(time, side))
        yield { start, end, text: text.slice(start, end), time };
    }
  },
  judge: (a, b, context) => judge((a as TimePiece).time, (b as TimePiece).time, context),
};

/** It is a time only where it is a known one. */
function isBareNumber({ format }: TimeText): boolean {
  return format.endsWith("since 1970");
}

function isEpoch({ moment }: TimeText, { facts: { epoch } }: SideContext): boolean {
  return epoch !== undefined && epoch * 1000 >= moment.from && epoch * 1000 < moment.to;
}

function judge(a: TimeText, b: TimeText, context: Context): Verdict | undefined {
  if (a.format !== b.format) return undefined;
  const meaning = `${iso(a.moment)} and ${iso(b.moment)}, ${a.format}`;
  if (isEpoch(a, context.a) && isEpoch(b, context.b)) {
    const reason = "it is SOURCE_DATE_EPOCH, which was not the same for both builds";
    return { source: "environment", confidence: "high", reason, meaning };
  }
  if (isOneMoment(a, b, context)) {
    const reason = "it is the same moment, told in the time zone of each build";
    return { source: "timezone", confidence: "high", reason, meaning: `${a.format}, local time` };
  }
  const reason = movedAlong(context.a.period, context.b.period, a.moment, b.moment)
    ? "it is a time that is as far from the other build's as the builds are apart"
    : "it is a time, and not the same in the other build";
  return { source: "timestamp", confidence: "medium", reason, meaning };
}

function isOneMoment(a: TimeText, b: TimeText, context: Context): boolean {
  const [ofA, ofB] = [meanings(a, context.a.period), meanings(b, context.b.period)];
  return ofA.some((one) => ofB.some((other) => one.from === other.from));
}

function meanings({ moment, isZoned }: TimeText, { zone }: Period): Moment[] {
  return isZoned ? [moment] : meaningsOf(moment, zone);
}
