/** Ids that this browser makes: for messages and enquiries, so that what is sent twice is stored once. */

/** 128 random bits; `randomUUID` is missing on pages without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join(
    "",
  );
}
