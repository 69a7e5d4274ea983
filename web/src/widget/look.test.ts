import { expect, it } from "vitest";
import type { Styling } from "../api/wire";
import { themeText } from "./chat/theme";
import { css, parseColor } from "./color";
import { look, windowStyling } from "./look";
import { newSession } from "./session";
import { active, styling as launcher, play, welcome } from "./session-play";

const repairs: Styling = { ...launcher, color: "#be123c", title: "Repairs" };

// spec: Q-11
it("the window has the looks of the chat's queue while there is a chat, the launcher its own", () => {
  const [s] = play(newSession(), welcome({ styling: launcher, chat: { ...active, styling: repairs } }));
  expect([look(s).styling, windowStyling(s)]).toEqual([launcher, repairs]);
  const [moved] = play(s, { type: "chat", chat: active });
  expect(windowStyling(moved)).toEqual(launcher);
  const [closed] = play(s, { type: "closed", now: 1 });
  expect(windowStyling(closed)).toEqual(launcher);
});

// spec: Q-11
it("launcher and window have new looks as soon as they are told", () => {
  const [s] = play(newSession(), welcome(), { type: "styling", styling: repairs });
  expect([look(s).styling, windowStyling(s)]).toEqual([repairs, repairs]);
});

// spec: Q-11
it("the colour of the chat's queue is the window's only", () => {
  const rule = (selector: string, color: string) => `${selector}{--brand:${css(parseColor(color))};`;
  const both = themeText(launcher.color, repairs.color, undefined);
  expect(both).toContain(rule(":host", launcher.color));
  expect(both).toContain(rule(".window", repairs.color));
  expect(themeText(launcher.color, launcher.color, undefined)).not.toContain(".window");
});
