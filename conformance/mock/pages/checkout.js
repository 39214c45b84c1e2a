// The mock's stand-in for Amazon's checkout.js: the same calls from a shop's page, and no money behind them.
// It says what is wrong on the console, as a page's author looks there. Source: api-facts §15.1, §15.2.
(() => {
  "use strict";

  const HOME = new URL(document.currentScript.src).origin;
  const REQUIRED = ["merchantId", "ledgerCurrency", "placement"];
  const CHANGES = { changeAddress: "address", changePayment: "payment" };
  const LOOK = `
    button {
      appearance: none; box-sizing: border-box; width: 100%; min-width: 10rem; min-height: 2.75rem;
      padding: .25rem 1rem; border: 1px solid #8a6d00; border-radius: .375rem; cursor: pointer;
      background: #ffd814; color: #131a22; font: 700 1rem/1.3 system-ui, sans-serif;
    }
    button.LightGray { background: #e7e9ec; border-color: #6b7683; }
    button.DarkGray { background: #3a4553; border-color: #131a22; color: #fff; }
    button:hover { filter: brightness(.95); }
    button:focus-visible { outline: 3px solid #0b5cad; outline-offset: 2px; }
    small { display: block; font-weight: 400; font-size: .75rem; }
  `;

  const complain = (text) => console.error(`amazon.Pay (mock): ${text}`);

  const found = (selector) => {
    const element = typeof selector === "string" ? document.querySelector(selector) : selector;
    if (!element) complain(`nothing on this page is ${selector}`);
    return element;
  };

  const base64 = (text) => btoa(Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join(""));

  const send = (action, fields) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = HOME + action;
    form.hidden = true;
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  };

  // a payload that was given as an object has no bytes of its own to be signed; the service hears of it as JSON
  const text = (payload) => (typeof payload === "string" ? payload : JSON.stringify(payload));

  const configOf = (options) =>
    options.productType === "SignIn" ? options.signInConfig : options.createCheckoutSessionConfig;

  const press = (options) => {
    const config = configOf(options);
    if (!config || !config.payloadJSON) {
      complain("createCheckoutSessionConfig.payloadJSON is missing; with productType SignIn, signInConfig.payloadJSON");
      return;
    }
    send("/checkout/button", {
      payload: base64(text(config.payloadJSON)),
      signature: config.signature ?? "",
      algorithm: config.algorithm ?? "",
      publicKeyId: config.publicKeyId ?? options.publicKeyId ?? "",
      productType: options.productType ?? "PayAndShip",
      sandbox: String(options.sandbox === true),
      merchantId: options.merchantId ?? "",
    });
  };

  // the older button, whose session the shop's own server creates
  const askTheShop = async (options) => {
    const { url, method = "POST", extractAmazonCheckoutSessionId: name = "checkoutSessionId" } =
      options.createCheckoutSession;
    const answer = await fetch(url, { method, credentials: "include" });
    const session = (await answer.json())[name];
    if (!session) {
      complain(`${url} answered without ${name}`);
      return;
    }
    location.assign(`${HOME}/checkout/${encodeURIComponent(session)}?product=${options.productType ?? "PayAndShip"}`);
  };

  const start = (options) => {
    if (configOf(options)) press(options);
    else if (options.createCheckoutSession) askTheShop(options).catch((error) => complain(String(error)));
    else complain("there is no createCheckoutSessionConfig, nor signInConfig, to start a checkout with");
  };

  const checked = (options) => {
    for (const name of REQUIRED) if (!options[name]) complain(`${name} is required`);
    return options;
  };

  class Button {
    #options;
    #listener = null;
    #element;

    constructor(container, options) {
      this.#options = checked({ ...options });
      this.#element = document.createElement("button");
      this.#element.type = "button";
      this.#element.className = options.buttonColor ?? "Gold";
      const signsIn = options.productType === "SignIn";
      const note = document.createElement("small");
      note.textContent = "mock, no money moves";
      this.#element.append(signsIn ? "Sign in with Amazon" : "Amazon Pay", note);
      this.#element.addEventListener("click", () => (this.#listener ? this.#listener() : start(this.#options)));
      const root = container.shadowRoot ?? container.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(LOOK);
      root.adoptedStyleSheets = [sheet];
      root.replaceChildren(this.#element);
    }

    onClick(listener) {
      this.#listener = listener;
    }

    initCheckout(options) {
      start({ ...this.#options, ...options });
    }

    updateButtonInfo(amount) {
      this.#options.estimatedOrderAmount = amount;
    }
  }

  const Pay = {
    renderButton(selector, options) {
      const container = found(selector);
      return container && new Button(container, options);
    },

    initCheckout(options) {
      start(checked({ ...options }));
    },

    bindChangeAction(selector, options) {
      const element = found(selector);
      const session = options?.amazonCheckoutSessionId;
      const change = CHANGES[options?.changeAction];
      if (!session) complain("bindChangeAction: amazonCheckoutSessionId is required");
      if (!change) complain(`bindChangeAction: changeAction is none of ${Object.keys(CHANGES).join(", ")}`);
      if (!element || !session || !change) return;
      element.addEventListener("click", (event) => {
        event.preventDefault();
        location.assign(`${HOME}/checkout/${encodeURIComponent(session)}?change=${change}`);
      });
    },

    signout() {
      // the mock keeps nobody signed in
    },
  };

  window.amazon = { ...window.amazon, Pay };
  // pages that load the script late wait for this
  window.onAmazonPaymentsReady?.();
})();
