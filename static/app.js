// What the browser adds to pages that work without it: theme, copying, keys, selection, live times. It never decides
// anything about money: amounts are only added up for the eye, in whole fen, and the server counts again.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const remembered = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch { /* storage may be forbidden; then nothing is remembered */ }
    return null;
  };
  if (remembered("nav") === "slim") root.dataset.nav = "slim";

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const announce = (text) => {
    const status = one("#announce");
    if (!status || !text) return;
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 50);
  };

  // ── Navigation, theme, copying ──
  const collapse = () => {
    const slim = root.dataset.nav !== "slim";
    if (slim) root.dataset.nav = "slim"; else delete root.dataset.nav;
    remembered("nav", slim ? "slim" : "wide");
    all("[data-collapse]").forEach((button) => button.setAttribute("aria-expanded", String(!slim)));
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    button.classList.add("copied");
    announce(`${document.body.dataset.copied} ${button.dataset.copy}`);
    setTimeout(() => button.classList.remove("copied"), 1500);
  };

  const chooseTheme = async (form, button) => {
    const buttons = all("[data-theme-switch] button", form);
    const show = (theme) => {
      root.dataset.theme = theme;
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.value === theme)));
    };
    const before = root.dataset.theme;
    show(button.value);
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)), redirect: "manual" })
      .catch(() => null);
    if (!answer || !(answer.ok || answer.type === "opaqueredirect")) show(before);
  };

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    const copying = on("[data-copy]");
    if (copying) copy(copying);
    if (on("[data-collapse]")) collapse();
    if (on("[data-print]")) window.print();
    const opener = on("[data-open]");
    if (opener) {
      opener.closest("[popover]")?.hidePopover();
      one(`#${opener.dataset.open}`)?.showModal();
    }
    all("details.pick[open]").forEach((pick) => { if (!pick.contains(event.target)) pick.open = false; });
  });

  // ── Forms: one submit only, typed confirmation, switches that send themselves ──
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.submitter?.closest("[data-theme-switch]")) {
      event.preventDefault();
      chooseTheme(form, event.submitter);
      return;
    }
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    // After this turn, so that the pressed button's own name and value are still sent.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      const outside = form.id ? all(`button[form="${CSS.escape(form.id)}"]`) : [];
      [...all("button:not([type=button])", form), ...outside].forEach((button) => {
        button.disabled = true;
        button.dataset.sent = "";
      });
      event.submitter?.setAttribute("aria-busy", "true");
    });
  });
  // A page that comes back from the browser's memory must be usable again.
  window.addEventListener("pageshow", () => all("[data-sent]").forEach((button) => {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    delete button.dataset.sent;
  }));

  // A condition that was left empty is no condition, and has no place in the URL.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  const checkTyped = (input) => {
    const button = one(`#${input.dataset.confirmFor}`);
    if (button) button.disabled = input.value.trim() !== input.dataset.confirmText;
  };

  document.addEventListener("input", (event) => { if (event.target.matches?.("[data-confirm-text]")) checkTyped(event.target); });

  // ── Selection: how many, how much ──
  const fen = (text) => {
    const [yuan, cents = ""] = text.replaceAll(",", "").replace("-", "").split(".");
    const sum = BigInt(yuan || 0) * 100n + BigInt(cents.padEnd(2, "0").slice(0, 2));
    return text.trim().startsWith("-") ? -sum : sum;
  };
  const shown = (sum) => {
    const positive = sum < 0n ? -sum : sum;
    const yuan = String(positive / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${sum < 0n ? "-" : ""}${yuan}.${String(positive % 100n).padStart(2, "0")}`;
  };
  const boxes = (form) => all("tbody input[type=checkbox][data-amount]", form);
  const count = (form) => {
    const bar = one("[data-bulk-bar]", form);
    if (!bar) return;
    const chosen = boxes(form).filter((box) => box.checked);
    const able = chosen.filter((box) => box.dataset.not === undefined);
    const put = (name, text) => all(`[data-bulk-${name}]`, bar).forEach((place) => { place.textContent = text; });
    const show = (name, when) => all(`[data-bulk-if-${name}]`, bar).forEach((place) => { place.hidden = !when; });
    put("count", able.length);
    put("sum", shown(able.reduce((sum, box) => sum + fen(box.dataset.amount), 0n)));
    put("left-out", chosen.length - able.length);
    show("left-out", able.length < chosen.length);
    show("over", bar.dataset.limit && able.length > Number(bar.dataset.limit));
    all("button[type=submit]", bar).forEach((button) => { button.disabled = able.length === 0; });
    bar.classList.toggle("on", chosen.length > 0);
    const head = one("[data-select-all]", form);
    if (head) {
      head.checked = chosen.length > 0 && chosen.length === boxes(form).length;
      head.indeterminate = chosen.length > 0 && !head.checked;
    }
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("tbody input[type=checkbox][data-amount]")) return;
    const row = boxes(box.form ?? document);
    if (event.shiftKey && row.includes(last)) {
      const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
      row.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
      count(box.form);
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.matches("[data-submit-on-change]")) control.form.requestSubmit();
    const form = control.closest("[data-bulk]");
    if (!form) return;
    if (control.matches("[data-select-all]")) boxes(form).forEach((box) => { box.checked = control.checked; });
    count(form);
  });
  document.addEventListener("click", (event) => {
    const clear = event.target.closest?.("[data-bulk-clear]");
    if (!clear) return;
    const form = clear.closest("[data-bulk]");
    boxes(form).forEach((box) => { box.checked = false; });
    count(form);
  });

  // ── Keys ──
  const rows = () => all("main table tbody tr").filter((row) => one("[data-open-row]", row));
  const move = (by) => {
    const list = rows();
    if (!list.length) return;
    const now = list.findIndex((row) => row.classList.contains("at"));
    const next = list[now < 0 ? 0 : Math.min(list.length - 1, Math.max(0, now + by))];
    list.forEach((row) => row.classList.toggle("at", row === next));
    one("[data-open-row]", next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
    if (event.key === "Escape") {
      all("details.pick[open]").forEach((pick) => { pick.open = false; one("summary", pick).focus(); });
      if (typing) event.target.blur();
    }
    if (typing || one("dialog[open]")) return;
    const key = event.key;
    const row = one("main tr.at");
    if (Date.now() - afterG < 1200) {
      afterG = 0;
      const link = /^[a-z]$/.test(key) && one(`.side [data-key="${key}"]`);
      if (link) { event.preventDefault(); link.click(); return; }
    }
    const acts = {
      "/": () => one("#search")?.focus(),
      "?": () => one("#help")?.showModal(),
      "[": collapse,
      j: () => move(1),
      k: () => move(-1),
      x: () => { const box = row && one("input[type=checkbox]", row); box?.click(); },
      g: () => { afterG = Date.now(); },
    };
    if (Object.hasOwn(acts, key)) { event.preventDefault(); acts[key](); }
  });

  // ── Times beside times ──
  const relative = () => {
    const past = (document.body.dataset.ageWords ?? "").split("|");
    const left = (document.body.dataset.deadlineWords ?? "").split("|");
    const until = (document.body.dataset.inWords ?? "").split("|");
    if (past.length < 5) return;
    for (const time of all("time[data-relative]")) {
      const coming = time.dataset.relative === "in" && until.length === 5;
      const since = Math.round((Date.now() - Date.parse(time.dateTime)) / 1000);
      // What was to come and has passed is due at any moment, not late by our clock.
      const seconds = coming ? Math.min(since, 0) : since;
      const far = Math.abs(seconds);
      const [step, n] = far < 10 ? [0, 0] : far < 60 ? [1, far] : far < 3600 ? [2, Math.floor(far / 60)] : far < 172800 ? [3, Math.floor(far / 3600)] : [4, Math.floor(far / 86400)];
      const words = coming ? until : seconds >= 0 || left.length < 5 ? past : left;
      let place = one(".relative", time);
      if (!place) {
        place = document.createElement("span");
        place.className = "relative";
        time.append(" ", place);
      }
      const text = words[step].replace("{n}", n);
      if (place.textContent !== text) place.textContent = text;
    }
  };
  setInterval(relative, 5000);

  // ── Short waits, second by second ──
  const countdown = () => {
    for (const time of all("time[data-countdown]")) {
      const left = Math.max(0, Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1000));
      time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    }
  };
  setInterval(countdown, 1000);

  // ── Tables that are too wide scroll in a box of their own ──
  const fit = () => all(".table-wrap:not(.plain)").forEach((box) => {
    box.classList.remove("scroll");
    box.classList.toggle("scroll", box.scrollWidth > box.clientWidth + 1);
  });

  // ── After the page, and after each part that htmx puts in ──
  const ready = () => {
    relative();
    countdown();
    fit();
    all("[data-bulk]").forEach(count);
    all("[data-confirm-text]").forEach(checkTyped);
  };
  document.addEventListener("DOMContentLoaded", () => {
    ready();
    const main = one("main");
    if (main) new ResizeObserver(fit).observe(main);
    all("[data-collapse]").forEach((button) => button.setAttribute("aria-expanded", String(root.dataset.nav !== "slim")));
    one("[data-focus]")?.focus({ preventScroll: true });
  });
  // What the reader has unfolded stays so when the part around it is put in anew.
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = all("details[id][open]", event.detail.target ?? document).map((details) => details.id);
  });
  document.addEventListener("htmx:afterSwap", () => unfolded.forEach((id) => {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }));
  // The row that the keys are at stays the one, too: htmx keeps the focus by its id.
  document.addEventListener("htmx:afterSettle", () => {
    const focused = document.activeElement;
    if (focused?.matches("[data-open-row]")) focused.closest("main tr")?.classList.add("at");
  });
  let announced = "";
  document.addEventListener("htmx:afterSettle", () => {
    ready();
    // A poll that changes nothing says nothing.
    const news = one("[data-announce]")?.dataset.announce ?? "";
    if (news !== announced) announce(news);
    announced = news;
    const wrong = one("main [aria-invalid=true]");
    if (wrong && !wrong.contains(document.activeElement)) wrong.focus();
  });

  // An error of the portal is a notice that says where it belongs; anything else that fails (a proxy's page, no
  // answer at all) changes nothing but is said. Either goes when the same request succeeds.
  let failing = "";
  const clear = () => all("#problem, #failed").forEach((notice) => notice.remove());
  const failed = (event) => {
    clear();
    failing = event.detail.pathInfo?.requestPath ?? "";
    const notice = document.createElement("p");
    notice.id = "failed";
    notice.className = "notice decision";
    notice.textContent = document.body.dataset.failed;
    one("main").prepend(notice);
    announce(notice.textContent);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    if (xhr.status < 400 || xhr.status === 422) {
      if (failing && failing === pathInfo?.requestPath) { clear(); failing = ""; }
      return;
    }
    if (xhr.getResponseHeader("HX-Retarget")) {
      clear();
      failing = pathInfo?.requestPath ?? "";
      event.detail.selectOverride = "#problem";
    } else {
      event.detail.shouldSwap = false;
      failed(event);
    }
  });
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
})();
