import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../files/durable.ts";
import type { Layout } from "../layout.ts";
import { GnupgHome } from "./home.ts";

/** A Release file, signed in the two ways that apt reads. */
export interface Signed {
  readonly inRelease: Uint8Array;
  readonly detached: Uint8Array;
}

/** Signs with the instance's key, which is made when it is first needed, without a passphrase: cron jobs sign. */
export class Signer implements AsyncDisposable {
  readonly #home: GnupgHome;
  readonly fingerprint: string;

  private constructor(home: GnupgHome, fingerprint: string) {
    this.#home = home;
    this.fingerprint = fingerprint;
  }

  /** @param name the key's user id. */
  static async open(layout: Layout, name: string): Promise<Signer> {
    const home = new GnupgHome(layout.keyHome);
    let fingerprint = await secretKey(home);
    if (fingerprint === undefined) {
      // RSA, as every apt that a frozen archive may have to serve knows it. It does not expire: tagged archives are for good.
      await home.gpg(["--passphrase", "", "--quick-generate-key", name, "rsa3072", "sign", "never"]);
      fingerprint = (await secretKey(home))!;
    }
    const signer = new Signer(home, fingerprint);
    await signer.#publish(layout);
    return signer;
  }

  async sign(text: string): Promise<Signed> {
    const how = ["--local-user", this.fingerprint, "--digest-algo", "SHA512", "--armor"];
    return {
      inRelease: await this.#home.gpg([...how, "--clear-sign"], text),
      detached: await this.#home.gpg([...how, "--detach-sign"], text),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home[Symbol.asyncDispose]();
  }

  async #publish(layout: Layout): Promise<void> {
    const [binary, armoured] = [publicKey(layout), join(layout.public, "archive-key.asc")];
    if (existsSync(binary) && existsSync(armoured)) return;
    writeDurably(binary, await this.#home.gpg(["--export", this.fingerprint]));
    writeDurably(armoured, await this.#home.gpg(["--armor", "--export", this.fingerprint]));
  }
}

/** The keyring to give to apt (`signed-by`) and debootstrap (`--keyring`). */
export function publicKey(layout: Layout): string {
  return join(layout.public, "archive-key.gpg");
}

async function secretKey(home: GnupgHome): Promise<string | undefined> {
  const listed = (await home.gpg(["--with-colons", "--list-secret-keys"])).toString("latin1");
  return /^fpr:{9}([0-9A-F]{40}):/m.exec(listed)?.[1];
}
