// Writes and reads Jupyter's messages: JSON, and bytes behind it where a message carries some.

const BYTES_OF_A_NUMBER = 4;

// ---- bytes in a state travel apart from it ----

/** Put bytes back into the state they were taken from. @param {(string | number)[][]} paths
 * @param {DataView[]} buffers */
export function putBuffers(state, paths, buffers) {
  paths.forEach((path, n) => {
    const inside = path.slice(0, -1).reduce((part, key) => part[key], state);
    inside[path.at(-1)] = buffers[n];
  });
  return state;
}

/** Take bytes out of a state, which itself stays as it is.
 * @returns {{state: any, paths: (string | number)[][], buffers: ArrayBuffer[]}} */
export function takeBuffers(state) {
  const [paths, buffers] = [[], []];

  function take(value, path) {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      paths.push(path);
      buffers.push(bytesOf(value));
      return null;
    }
    if (Array.isArray(value)) return value.map((part, n) => take(part, [...path, n]));
    if (typeof value !== "object" || value === null) return value;
    const parts = Object.entries(value).map(([key, part]) => [key, take(part, [...path, key])]);
    return Object.fromEntries(parts);
  }

  return { state: take(state, []), paths, buffers };
}

/** Bytes by themselves, even where they are a part of others. @returns {ArrayBuffer} */
function bytesOf(value) {
  if (value instanceof ArrayBuffer) return value;
  return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
}

/** Bytes as a page of JSON carries them. @param {string} text @returns {DataView} */
export function fromBase64(text) {
  return new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

// ---- frames of the websocket ----

/** @param {Object} message @param {ArrayBuffer[]} buffers @returns {string | ArrayBuffer} */
export function encodeMessage(message, buffers = []) {
  const text = JSON.stringify(message);
  if (!buffers.length) return text;
  const parts = [new TextEncoder().encode(text), ...buffers.map((part) => new Uint8Array(part))];
  const head = BYTES_OF_A_NUMBER * (1 + parts.length); // how many parts, and where each begins
  const total = parts.reduce((sum, part) => sum + part.length, head);
  const frame = new Uint8Array(total);
  const numbers = new DataView(frame.buffer);
  numbers.setUint32(0, parts.length);
  parts.reduce((at, part, n) => {
    numbers.setUint32(BYTES_OF_A_NUMBER * (1 + n), at);
    frame.set(part, at);
    return at + part.length;
  }, head);
  return frame.buffer;
}

/** @param {string | ArrayBuffer} frame @returns {Object} a message with its `buffers` */
export function decodeMessage(frame) {
  if (typeof frame === "string") return { ...JSON.parse(frame), buffers: [] };
  const numbers = new DataView(frame);
  const count = numbers.getUint32(0);
  const starts = Array.from({ length: count }, (_, n) =>
    numbers.getUint32(BYTES_OF_A_NUMBER * (1 + n)));
  const [first, ...rest] = starts.map((from, n) =>
    new DataView(frame, from, (starts[n + 1] ?? frame.byteLength) - from));
  return { ...JSON.parse(new TextDecoder().decode(first)), buffers: rest };
}
