/** An offer on the page, in the five forms it can take, and the same invitation inside the window after a No. */
import { useEffect } from "preact/hooks";
import type { OfferDesign, PresentedOffer } from "../../../api/wire";
import { pick } from "../../tags";
import { useUi } from "./context";
import { Logo, Picture } from "./parts";

const no_texts = { title: "", body: "", accept_label: "", reject_label: "" };

export function offerTexts(design: OfferDesign, language: string) {
  return pick(design.texts, language, design.default_language) || no_texts;
}

export function Offer({ offer }: { offer: PresentedOffer }) {
  const { dispatch } = useUi();
  const { form, position } = offer.design;
  const reject = () => dispatch({ type: "rejected", now: Date.now() });
  const modal = form === "modal";

  // biome-ignore lint/correctness/useExhaustiveDependencies: one listener for as long as the offer stands
  useEffect(() => {
    if (!modal) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && reject();
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [modal]);

  const card = (
    <section
      class={`offer ${form} ${position}`}
      role={modal ? "dialog" : "region"}
      aria-labelledby="offer-title"
      aria-describedby="offer-body"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        reject();
      }}
    >
      <Picture url={offer.design.image_url} />
      <Invitation design={offer.design} />
    </section>
  );
  return modal ? <div class="backdrop">{card}</div> : card;
}

/** Title, text, Yes and No. */
export function Invitation({ design }: { design: OfferDesign }) {
  const { dispatch, language, state } = useUi();
  const texts = offerTexts(design, language);
  return (
    <div class="invitation">
      <div class="lead">
        <Logo url={design.logo_url} />
        <div class="words">
          <h2 id="offer-title" dir="auto">
            {texts.title}
          </h2>
          {texts.body && (
            <p id="offer-body" dir="auto">
              {texts.body}
            </p>
          )}
        </div>
      </div>
      <div class="actions">
        <button
          type="button"
          class="primary"
          onClick={() => dispatch({ type: "accepted", tab: state.tab, now: Date.now() })}
        >
          {texts.accept_label}
        </button>
        <button type="button" class="quiet" onClick={() => dispatch({ type: "rejected", now: Date.now() })}>
          {texts.reject_label}
        </button>
      </div>
    </div>
  );
}
