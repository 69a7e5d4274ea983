/**
 * The track bundle's entry: reports forms, and of scrolling, leaving and activity what the site's rules ask for. Never
 * reads a value that was typed. Loaded where it is needed; owns its listeners.
 */
import type { Signals } from "../../api/wire";
import type { BundleScript, Report, StartReport } from "../bundle";
import { quietly } from "../loader/quietly";
import { attributesOf } from "./attributes";
import { depth, isRush, passed } from "./depth";
import { paced, paceFor } from "./pace";

const scroll_ms = 150;
const form_pace = { period_ms: 5_000, settle_ms: 1_000 };

const start: StartReport = (tab, send) => {
  const undo: (() => void)[] = [];
  const listen = (target: EventTarget, types: string, act: (event: Event) => void) => {
    const options = { capture: true, passive: true };
    const quiet = (event: Event) => quietly(() => act(event));
    for (const type of types.split(" ")) {
      target.addEventListener(type, quiet, options);
      undo.push(() => target.removeEventListener(type, quiet, options));
    }
  };

  let asked: Signals = { scroll_percents: [], exit: false, inactivity_s: null };
  let reached = 0;
  let left = false;
  let form: Element | null = null;

  const input = paced(() => send({ type: "form", tab, action: "input" }), form_pace);
  const active = paced(() => send({ type: "active", tab }), form_pace);

  const formOf = (target: unknown) =>
    target instanceof Element && target.matches("input,select,textarea") ? target.closest("form") : null;
  const use = (type: string, target: EventTarget | null) => {
    if (type === "submit") {
      input.stop();
      send({ type: "form", tab, action: "submitted" });
      return;
    }
    const used = formOf(target);
    if (!used) return;
    if (used !== form) send({ type: "form", tab, action: "entered" });
    form = used;
    if (type === "input") input();
  };

  const leave = () => {
    if (left || !asked.exit) return;
    left = true;
    send({ type: "exit", tab });
  };
  const measure = ({ scrollTop, clientHeight, scrollHeight }: Element) => {
    const percent = passed(asked.scroll_percents, reached, depth(scrollTop, clientHeight, scrollHeight));
    if (!percent) return;
    reached = percent;
    send({ type: "scroll", tab, percent });
  };
  /** The page, or the one large part of it that scrolls in its stead. */
  const scrolled = (target: EventTarget | null) =>
    target instanceof Element
      ? target.clientHeight * 2 >= innerHeight && target
      : document.scrollingElement || document.documentElement;

  let began: [top: number, at: number] | undefined;
  listen(document, "scroll", ({ target, timeStamp }) => {
    const moved = scrolled(target);
    if (began || !moved || !(asked.exit || asked.scroll_percents.length)) return;
    began = [moved.scrollTop, timeStamp];
    setTimeout(() => {
      const [top, at] = began || [0, 0];
      began = undefined;
      quietly(() => measure(moved));
      const by_finger = matchMedia("(pointer: coarse)").matches;
      if (by_finger && isRush(top - moved.scrollTop, performance.now() - at)) leave();
    }, scroll_ms);
  });
  listen(document, "mouseout", (event) => {
    const { relatedTarget, clientY } = event as MouseEvent;
    if (!relatedTarget && clientY <= 0) leave();
  });
  listen(document, "pointermove pointerdown keydown wheel scroll touchmove input", () => {
    if (asked.inactivity_s !== null) active();
  });

  const report: Report = {
    want: (signals) => {
      asked = signals;
      const { inactivity_s } = signals;
      const pace = inactivity_s === null ? form_pace : paceFor(inactivity_s);
      active.pace(pace);
      input.pace(pace);
      const page = scrolled(document);
      if (page) measure(page);
    },
    viewed: () => {
      reached = 0;
      left = false;
      form = null;
    },
    form: use,
    set: (given) => {
      const attributes = attributesOf(given);
      if (Object.keys(attributes).length) send({ type: "set", attributes });
    },
    stop: () => {
      active.stop();
      input.stop();
      for (const act of undo) act();
    },
  };
  return report;
};

const script = document.currentScript as BundleScript<StartReport> | null;
if (script && script.beckon) script.beckon(start);
