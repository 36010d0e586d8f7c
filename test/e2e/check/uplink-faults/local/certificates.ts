import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** Files in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** An authority of this check's own, whose certificate signs itself. */
export class Authority {
  readonly #directory: string;
  readonly #own: Certificate;

  private constructor(directory: string, own: Certificate) {
    this.#directory = directory;
    this.#own = own;
  }

  static async make(directory: string): Promise<Authority> {
    mkdirSync(directory, { recursive: true });
    const own = filesFor(directory, "authority");
    const files = ["-keyout", own.key, "-out", own.certificate];
    await execa("openssl", ["req", "-x509", ...newKey, ...files, "-subj", "/CN=authority", "-days", "2"]);
    return new Authority(directory, own);
  }

  get certificate(): string {
    return this.#own.certificate;
  }

  /** @param name as subjectAltName has it, like `IP:127.0.0.1` @param days until it ends; less than 0: it has ended */
  async sign(file: string, name: string, days: number): Promise<Certificate> {
    const made = filesFor(this.#directory, file);
    const request = join(this.#directory, `${file}.csr`);
    const subject = ["-subj", "/CN=collector", "-addext", `subjectAltName=${name}`];
    await execa("openssl", ["req", "-new", ...newKey, "-keyout", made.key, "-out", request, ...subject]);
    const by = ["-CA", this.#own.certificate, "-CAkey", this.#own.key, "-copy_extensions", "copy"];
    await execa("openssl", [
      "x509",
      "-req",
      "-in",
      request,
      ...by,
      "-days",
      `${days}`,
      "-out",
      made.certificate,
    ]);
    return made;
  }
}

function filesFor(directory: string, name: string): Certificate {
  return { certificate: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
}
