/** Small pieces that several views draw: icons, pictures, the spinner. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { windowStyling } from "../../look";
import { mark } from "../../mark";
import { useUi } from "./context";

const paths = {
  minimise: "M6 13h12",
  close: "m7 7 10 10M17 7 7 17",
  send: "M5 12h13M12 6l6 6-6 6",
  attach: "m20 11.5-7.6 7.6a5 5 0 0 1-7-7L13 4.5a3.3 3.3 0 0 1 4.7 4.7l-7.6 7.6a1.7 1.7 0 0 1-2.4-2.4l7-7",
  emoji: "M12 3.5a8.5 8.5 0 1 0 .1 0ZM8.5 14.5a4.2 4.2 0 0 0 7 0M9 9.5v.1M15 9.5v.1",
  file: "M13.5 3.5H7a1.5 1.5 0 0 0-1.5 1.5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5Zm0 0v5h5",
  save: "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14",
  check: "m5 12.5 4.5 4.5L19 7.5",
  up: "M7 11v9H4v-9Zm0 0 4-8c1.6 0 2.6 1.2 2.3 2.8L12.7 9H19l1 1.4L18.3 19 17 20H7",
  down: "M7 13V4H4v9Zm0 0 4 8c1.6 0 2.6-1.2 2.3-2.8L12.7 15H19l1-1.4L18.3 5 17 4H7",
  warn: "M12 8v5m0 3.2v.1M12 3.5 2.8 20h18.4Z",
};

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} fill="none" stroke="currentColor" />
    </svg>
  );
}

/** Says that the connection is lost, for as long as it is. */
export function Lost() {
  const { state, t } = useUi();
  if (state.session.link !== "down") return null;
  return (
    <p class="lost" role="status">
      <Icon name="warn" />
      {t.lost}
    </p>
  );
}

/** The queue's own first line, where it has one. */
export function Greeting() {
  const styling = windowStyling(useUi().state.session);
  if (!styling || !styling.greeting) return null;
  return (
    <p class="intro" dir="auto">
      {styling.greeting}
    </p>
  );
}

/** The site's logo, or the mark when there is none or it does not load. */
export function Logo({ url }: { url: string | null | undefined }) {
  const { host } = useUi();
  const [broken, setBroken] = useState("");
  const shown = url && url !== broken ? url : "";
  return (
    <span class={shown ? "logo" : "logo plain"}>
      {shown ? (
        <img src={onServer(shown, host)} alt="" onError={() => setBroken(shown)} />
      ) : (
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={mark} fill="currentColor" fill-rule="evenodd" />
        </svg>
      )}
    </span>
  );
}

export function Picture({ url }: { url: string | null }) {
  const { host } = useUi();
  const [broken, setBroken] = useState("");
  return url && url !== broken ? (
    <img class="picture" src={onServer(url, host)} alt="" onError={() => setBroken(url)} />
  ) : null;
}

/** A path is one on the server, not on the page that the widget stands in. */
function onServer(url: string, host: string): string {
  return url.charAt(0) === "/" ? host + url : url;
}

export function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

/** A screen that says one thing. */
export function Panel({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="panel message" role="status">
      <h2>{title}</h2>
      {text && <p dir="auto">{text}</p>}
      {children}
    </div>
  );
}
