/** A Dead Simple Signing Envelope (DSSE v1.0, envelope.md). */
export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Signs bytes. `keyid` is a hint which key it was: nothing may be decided by it. */
export type Signer = (message: Uint8Array) => { readonly keyid: string; readonly signature: Uint8Array };

export const statementType = "application/vnd.in-toto+json";

/**
 * Puts an in-toto Statement into an envelope. What is signed is not the payload but {@link preAuthenticated} of it.
 * With standard tools, for a FILE that `isotrace manifest --sign` wrote:
 *
 *     jq -r .payload FILE | base64 -d > payload
 *     jq -r '.signatures[0].sig' FILE | base64 -d > signature
 *     { printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(stat -c %s payload)"; cat payload; } > signed
 *     openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin -in signed -sigfile signature    # Ed25519
 *     openssl dgst -sha256 -verify PUBLIC.pem -signature signature signed                      # ECDSA, RSA
 *     gpg --verify signature signed                                                            # gpg:KEYID
 */
export function envelopeOf(statement: Uint8Array, sign: Signer): Envelope {
  const { keyid, signature } = sign(preAuthenticated(statementType, statement));
  return {
    payload: Buffer.from(statement).toString("base64"),
    payloadType: statementType,
    signatures: [{ keyid, sig: Buffer.from(signature).toString("base64") }],
  };
}

/** The pre-authentication encoding (DSSE v1.0, protocol.md): lengths are of bytes, in decimal. */
export function preAuthenticated(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
