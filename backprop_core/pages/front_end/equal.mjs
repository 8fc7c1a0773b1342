// Tells whether two values are the same all through: what was set again unchanged is no change.

const isPlain = (value) => typeof value === "object" && value !== null;
const octetsOf = (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function sameBytes(a, b) {
  const [p, q] = [octetsOf(a), octetsOf(b)];
  return p.length === q.length && p.every((octet, n) => octet === q[n]);
}

/** @param {any} a @param {any} b JSON, or bytes (a DataView, say) in it @returns {boolean} */
export function areEqual(a, b) {
  if (Object.is(a, b)) return true;
  if (!isPlain(a) || !isPlain(b) || a.constructor !== b.constructor) return false;
  if (ArrayBuffer.isView(a)) return sameBytes(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && areEqual(a[key], b[key]));
}
