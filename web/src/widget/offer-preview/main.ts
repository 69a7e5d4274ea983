/**
 * The bundle of a page that was opened by the link of a preview: asks the server for the offer and shows it with the real chat
 * bundle. Owns that nothing comes of it: no visit, no connection, nothing kept.
 */
import type {
  Brain,
  BundleScript,
  Launcher,
  LauncherPlace,
  PreviewPlace,
  ShowPreview,
  Views,
} from "../bundle";
import type { Session, SessionEvent } from "../session";
import { showFailure, showMark } from "./mark";
import { answerOf, type Shown, welcome, withoutToken } from "./shown";

const tab = 1;
const expired = "The link of this preview has expired. Make another one in the console.";
const unreachable =
  "The preview could not be loaded: the server cannot be reached. Reload the page to try again.";

let begun = false;

/** Whoever calls it again is already shown it. */
const show: ShowPreview = (place) => {
  if (begun) return;
  begun = true;
  const language = document.documentElement.lang || navigator.language || "en";
  const { host, site, token, over } = place;
  fetch(`${host}/live/site/${site}/preview`, {
    method: "POST",
    credentials: "omit",
    body: JSON.stringify({ token, language }),
  })
    .then((answer) => {
      if (answer.ok) return answer.json().then((shown: Shown) => begin(place, shown, language));
      if (answer.status === 410 || answer.status >= 500)
        fail(place, answer.status === 410 ? expired : unreachable);
      // A token that was never given shows nothing to anybody.
      else over();
      return undefined;
    })
    .catch(() => fail(place, unreachable));
};

function begin(place: PreviewPlace, shown: Shown, language: string) {
  const { host, load } = place;
  const element = document.createElement("beckon-chat");
  const root = element.attachShadow({ mode: "closed" });
  document.body.append(element);
  const stage: LauncherPlace = { host, root, tab, language, dispatch };
  let turn = 0;
  let launcher: Launcher | undefined;
  let brain: Brain | undefined;
  let views: Views | undefined;
  let session: Session | undefined;

  const mark = showMark(root, shown, {
    again: () => present(),
    end: () => {
      // What stands in the page's own slot is not within the element.
      if (views) views.remove();
      end(place, element);
    },
  });

  function draw() {
    if (!brain || !views || !session) return;
    views.update(session);
    if (launcher) launcher({ ...brain.look(session), window: "closed" });
  }
  function dispatch(event: SessionEvent) {
    const answered = answerOf(event);
    if (!brain || !session) return;
    if (answered === undefined) [session] = brain.step(session, event);
    else if (answered !== "asked") session = { ...session, offer: null };
    if (answered !== undefined) mark.say(answered);
    draw();
  }
  function present() {
    if (!brain) return;
    const notice = welcome(shown, turn++);
    [session] = brain.step(brain.newSession(), { type: "noticed", notice, now: Date.now() });
    mark.say(null);
    draw();
  }

  mark.say(null);
  load<Brain>(`${host}/beckon-chat.js`, CHAT_HASH, (come) => {
    brain = come;
    views = come.mount({ ...stage, emit: () => {}, readDraft: () => "", keepDraft: () => {} });
    present();
  });
  load<(place: LauncherPlace) => Launcher>(`${host}/beckon-launcher.js`, LAUNCHER_HASH, (make) => {
    launcher = make(stage);
    draw();
  });
}

function fail(place: PreviewPlace, why: string) {
  const element = document.createElement("beckon-chat");
  document.body.append(element);
  showFailure(element.attachShadow({ mode: "closed" }), why, () => end(place, element));
}

/** The page goes on as it is for visitors. */
function end({ over }: PreviewPlace, element: HTMLElement) {
  element.remove();
  history.replaceState(history.state, "", withoutToken(location.href));
  over();
}

const script = document.currentScript as BundleScript<ShowPreview> | null;
if (script && script.beckon) script.beckon(show);
