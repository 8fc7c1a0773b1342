// What can be asked for after an answer: the line, the place, a hint, and the solution.

const ASKED_FOR = {
  line: ["Show the line where it happens", "The line where it happens"],
  place: ["Show where in the network", "Where in the network"],
  hint: ["A hint", "A hint"],
  solution: ["Show how it is computed", "How it is computed"],
  right: ["Show the solution", "The solution"], // where nothing is computed
};

/** Name and, where there is one, value of a term; a line in symbols tells names alone. */
function nameAlone(term) {
  const [name, value] = nameAndValue(term);
  if (name) return [name, value];
  const { names = [] } = TOLD.get(term.closest(".bp-equation")) ?? {};
  return [names[[...term.closest("math").querySelectorAll(".term")].indexOf(term)]];
}

/** "Either" and "Or" before what explains an answer, if there are two of them. */
const eitherOr = (n, count) => (count > 1 ? `${["Either", "Or"][n]}: ` : "");

/** A text whose lines break beside a sum, and not in it. @param {string} text */
const unbroken = (text) => text.replace(/ ([−=·]) /g, "\u00a0$1\u00a0");

/** Equations in a box of their own. @param {ToldEquation[]} equations */
function equationsBox(equations) {
  const box = make("div", "bp-equations");
  writeEquations(box, equations);
  return box;
}

/** What a part is called: on its button, and above it. @param {Shown} shown */
const namesOf = (name, { form }) =>
  ASKED_FOR[name === "solution" && form !== "number" ? "right" : name];

/** A part that was asked for. @param {Feedback} feedback @param {Shown} shown */
function partOf(name, feedback, shown) {
  const part = make("div", "bp-part");
  const [, title] = namesOf(name, shown);
  part.dataset.part = name;
  part.tabIndex = -1;
  part.setAttribute("role", "group");
  part.setAttribute("aria-label", title);
  part.append(make("p", "bp-title", title), ...INSIDE[name](feedback, shown));
  return part;
}

/** What is inside the parts. */
const INSIDE = {
  line: ({ line }) => line.flatMap(({ symbols, names }, n) => [
    ...(line.length > 1 ? [make("p", "bp-which-one", eitherOr(n, line.length))] : []),
    symbols ? equationsBox([{ symbols, numbers: "", names, values: [] }])
      : make("p", "", "The place is marked in the network."),
  ]),
  place: () => [make("p", "", "It is marked there.")],
  hint: ({ hint }) => hint.map((text, n) => make("p", "", eitherOr(n, hint.length) + unbroken(text))),
  solution: ({ solution: { lines, right, explanation } }, shown) => [
    ...(lines.length ? [equationsBox(lines)] : []),
    ...(right.length ? [rightOptions(right, shown)] : []),
    ...(explanation ? [make("p", "", unbroken(explanation))] : []),
  ],
};

/** The right choice, the edges, or the lines in their order, each with the move that leads to it.
 * @param {[key: string, move: string][]} right @param {Shown} shown */
function rightOptions(right, { form, options }) {
  const place = (key) => options.findIndex((option) => option.key === key);
  if (form === "edges") return make("p", "", right.map(([key]) => options[place(key)].plain).join(", "));
  const list = make(form === "order" ? "ol" : "div", "bp-right bp-equations");
  list.append(...right.map(([key, move]) => {
    const line = make(form === "order" ? "li" : "div");
    if (move) line.append(make("p", "bp-move", move));
    line.append(letter(place(key)), saying(options[place(key)], form !== "order"));
    return line;
  }));
  return list;
}
