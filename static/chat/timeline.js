// Which of the conversation's numbered turns are shown already.

export class Timeline {
  #seen = new Set();
  #last = 0;

  // The last turn before the first gap: what a resume starts from.
  get lastSeq() {
    return this.#last;
  }

  // True when the turn is new; a turn that came twice is shown once.
  add(seq) {
    if (this.#seen.has(seq)) return false;
    this.#seen.add(seq);
    while (this.#seen.has(this.#last + 1)) this.#last += 1;
    return true;
  }
}
