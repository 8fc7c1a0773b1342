// Asks Python for one thing at a time, and waits for its answer.

/** Wishes of one view.
 * @param {string[]} replaced wishes of which only the newest is worth asking for */
function asking(model, replaced) {
  let waiting = null; // what has been asked for and has no answer yet
  let queue = []; // what comes after it

  function next() {
    if (waiting || !queue.length) return;
    waiting = { ...queue.shift(), ticket: unique("ticket") };
    model.set("command", waiting);
    model.save_changes();
  }

  return {
    /** @param {string} wanted @param {any} value */
    ask(wanted, value = null) {
      if (replaced.includes(wanted)) queue = queue.filter((wish) => wish.do !== wanted);
      queue.push({ do: wanted, value });
      next();
    },

    /** The value that was asked for last and has no answer yet; else undefined. */
    ahead: (wanted) =>
      [waiting, ...queue].filter((wish) => wish?.do === wanted).at(-1)?.value,

    isWaiting: () => waiting !== null,

    /** Take an answer, and ask for what comes next.
     * @returns {string} what it is the answer to; "" if another view has asked */
    answered({ ticket }) {
      if (!waiting || ticket !== waiting.ticket) return "";
      const wanted = waiting.do;
      waiting = null;
      next();
      return wanted;
    },
  };
}
