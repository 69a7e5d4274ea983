/** All that the chat bundle draws: the offer or the window, and the status region that reads out what is new. */
import { shownOffer } from "../state";
import { fill } from "../texts";
import { type Ui, UiContext } from "./context";
import { Offer, offerTexts } from "./offer";
import { Viewer } from "./viewer";
import { Window } from "./window";

/** `inline` draws the page's own slot; `slotted` says that the offer stands there. */
export function App({ ui, inline, slotted }: { ui: Ui; inline: boolean; slotted: boolean }) {
  const offer = shownOffer(ui.state);
  const here = offer && inline === slotted;
  const { viewed } = ui.state;
  return (
    <UiContext.Provider value={ui}>
      {here && <Offer key={offer.id} offer={offer} />}
      {!inline && ui.state.session.window === "open" && <Window />}
      {!inline && viewed && <Viewer key={viewed.id} file={viewed} />}
      {!inline && (
        <div class="sr" role="status">
          {statusText(ui)}
        </div>
      )}
    </UiContext.Provider>
  );
}

function statusText({ state, t, language }: Ui): string {
  if (!state.status) return "";
  if (state.status.say === "idle_warning") return t.idle_warning;
  if (state.status.say === "message") return fill(t.new_message, { name: state.status.name || t.agent });
  const { title, body } = offerTexts(state.status.offer.design, language);
  return [title, body].filter(Boolean).join(". ");
}
