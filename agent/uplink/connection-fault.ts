/** What a connection failed of, in words that say what to do. @param url of the collector's socket */
export function connectionFault(error: NodeJS.ErrnoException, url: string): string {
  const { code = "", message } = error;
  const { protocol, host, hostname } = new URL(url);
  switch (code) {
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return `the certificate must be of an authority that is trusted here, but it is not (${message}); give the authority's with --ca`;
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return `the certificate must be valid now, but it is not (${message}); renew it, or put this machine's clock right`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate must be of ${hostname}, but it is not (${message}); give --collector with a name that it has`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return `${host} must speak TLS, but it does not; give the collector --cert and --key, or use ws:// (${code})`;
    case "ECONNRESET":
      return protocol === "ws:"
        ? `${message}: ${host} ended the connection without an answer; if it speaks TLS, use wss://`
        : message;
    default:
      return reasonOf(error);
  }
}

/** A name can have several addresses: then each has its own error, and the whole has no message. */
function reasonOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((each: Error) => each.message).join("; ");
}
