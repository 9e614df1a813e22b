// The demo's panel: whom one pretends to be, and what one could ask as that customer.

import { appendText, element } from "../chat/dom.js";

export class DemoPanel {
  #customers;
  #onAsk;
  #wide = window.matchMedia("(min-width: 60rem)");
  #panel = document.getElementById("demo");

  constructor({ customers, chosen, onAsk, onCustomer }) {
    this.#customers = customers;
    this.#onAsk = onAsk;
    for (const radio of this.#panel.querySelectorAll("input[name=customer]")) {
      radio.checked = radio.value === chosen;
      radio.addEventListener("change", () => {
        onCustomer(radio.value);
        this.#show(radio.value);
        if (!this.#wide.matches) this.#panel.open = false;
      });
    }
    this.#wide.addEventListener("change", () => this.#fit());
    this.#fit();
    this.#show(chosen);
    this.#panel.dataset.ready = "";
  }

  #fit() {
    this.#panel.open = document.body.dataset.mode === "page" && this.#wide.matches;
  }

  #show(email) {
    const customer = this.#customers.find((other) => other.email === email) || this.#customers.at(-1);
    document.getElementById("demo-name").textContent = customer.name;
    for (const id of ["demo-examples", "welcome-examples"]) {
      const list = document.getElementById(id);
      list.hidden = false;
      list.replaceChildren(...customer.examples.map((text) => this.#example(text)));
    }
  }

  #example(text) {
    const button = element("button", "chip");
    appendText(button, text);
    button.type = "button";
    button.addEventListener("click", () => {
      if (!this.#wide.matches) this.#panel.open = false;
      this.#onAsk(text);
    });
    return button;
  }
}
