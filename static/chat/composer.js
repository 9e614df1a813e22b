// The box one writes in: grows with the text, Enter sends, Shift+Enter makes a line.

const TELL_FROM = 0.8; // of the longest message allowed: from there on say how much is left

export class Composer {
  #box = document.getElementById("message");
  #send = document.getElementById("send");
  #count = document.getElementById("count");

  constructor({ onSend }) {
    const submit = () => {
      const text = this.#box.value.trim();
      if (!text) return;
      this.#box.value = "";
      this.#changed();
      onSend(text);
    };
    document.getElementById("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
      this.focus();
    });
    this.#box.addEventListener("input", () => this.#changed());
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    this.#changed(); // a reload may bring the text back
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  #changed() {
    this.#send.disabled = !this.#box.value.trim();
    const left = this.#box.maxLength - this.#box.value.length;
    this.#count.textContent = left < this.#box.maxLength * (1 - TELL_FROM) ? `${left} characters left. ` : "";
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }
}
