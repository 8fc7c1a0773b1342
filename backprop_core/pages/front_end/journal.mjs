// Keeps what the page has told Python, in order, so that a new Python can be told all of it again.

const MOST_ENTRIES = 5000;
const MOST_BYTES_KEPT = 16_000_000;

/** Traits that tell where one is and ask for nothing: only the last one told counts. */
export const PLACES = new Set(["step", "by", "seen"]);

/**
 * @typedef {{id: string, data: Object, buffers: ArrayBuffer[], size: number}} Entry
 *   what was told to the model `id`: a comm message's data
 */

const ticketOf = (told) => told?.ticket;
const keysOf = ({ data }) => Object.keys(data.state ?? {});
/** Whether an entry tells only where one is. @param {Entry} entry */
export const isPlace = (entry) =>
  entry.data.method === "update" && keysOf(entry).every((key) => PLACES.has(key));

/** Whether what an entry tells is of no interest any more after a later one. */
export const isOver = (entry, later) => {
  const said = keysOf(later);
  return entry.id === later.id && isPlace(entry) && isPlace(later)
    && keysOf(entry).every((key) => said.includes(key));
};

/** How many bytes a message is, nearly. @returns {number} */
export function sizeOf(data, buffers) {
  return buffers.reduce((sum, part) => sum + part.byteLength, JSON.stringify(data).length);
}

/** @param {(id: string) => string[]} forgettable the traits of a model whose wishes need not be told
 *   again once they are answered, because what they lead to comes back in another way */
export function journal(forgettable) {
  /** @type {Entry[]} */
  let entries = [];
  let size = 0;
  let isFull = false;
  const forgotten = new Set(); // models of which not everything is told again

  function remove(unwanted) {
    entries = entries.filter((entry) => {
      const stays = !unwanted(entry);
      if (!stays) size -= entry.size;
      return stays;
    });
  }

  /** Whether an entry is a wish with this ticket, of a kind that is not told again. */
  function isDone(entry, id, ticket) {
    if (entry.id !== id || ticket === undefined) return false;
    if (entry.data.method === "custom") return ticketOf(entry.data.content) === ticket;
    return forgettable(id).some((key) => ticketOf(entry.data.state?.[key]) === ticket);
  }

  function forget(id, ticket) {
    const before = entries.length;
    remove((entry) => isDone(entry, id, ticket));
    if (entries.length < before) forgotten.add(id);
  }

  return {
    /** Keep what is told. @returns {Entry} */
    add(id, data, buffers) {
      const entry = { id, data, buffers, size: sizeOf(data, buffers) };
      if (data.method === "custom" && data.content?.do === "cancel") {
        forget(id, ticketOf(data.content)); // what was given up, and that it was
        return entry;
      }
      remove((before) => isOver(before, entry));
      if (!isFull) {
        entries.push(entry);
        size += entry.size;
      }
      if (entries.length > MOST_ENTRIES || size > MOST_BYTES_KEPT) {
        isFull = true;
        [entries, size] = [[], 0];
      }
      return entry;
    },

    /** Take note of what Python has set: an answer, perhaps. */
    wasSet: (id, state) => forget(id, ticketOf(state.answer)),

    /** Take note of a message of Python's: the end of what a ticket stands for, perhaps. */
    wasSent(id, content) {
      if (content?.state !== "progress") forget(id, ticketOf(content));
    },

    entries: () => [...entries],
    forgotten: () => [...forgotten],
    isFull: () => isFull,
  };
}
