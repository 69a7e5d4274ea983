/** The data collection form (P-3), and the enquiry form. Owns the fields' looks; what is valid is decided in the state. */
import type { Field } from "../../../api/wire";
import { pick } from "../../tags";
import { formReady, sendingForm } from "../filling";
import { newId } from "../new-id";
import { useUi } from "./context";
import { Lost } from "./parts";

interface FormProps {
  fields: Field[];
  intro: string;
  /** Why what was sent was not taken. */
  problem?: string;
}

export function Form({ fields, intro, problem }: FormProps) {
  const { act, state, t } = useUi();
  const wrong = problem || (state.form_changed && t.form_changed);
  const busy = sendingForm(state);
  const waits = busy && state.session.again;
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        act({ type: "form_submitted", id: newId(), now: Date.now() });
      }}
    >
      <Lost />
      <div class="scroll">
        <p class="intro" dir="auto">
          {intro}
        </p>
        {fields.map((field) => (
          <FormField key={field.key} field={field} />
        ))}
        {fields.some((field) => field.required) && (
          <p class="note" aria-hidden="true">
            <b class="star">*</b> {t.required_note}
          </p>
        )}
      </div>
      <footer>
        {wrong && (
          <p class="error" role="alert">
            {wrong}
          </p>
        )}
        {waits && (
          <p class="note" role="status">
            {t.sent_again}
          </p>
        )}
        <button type="submit" class="primary wide" disabled={busy || !formReady(state)}>
          {busy ? t.sending : t.send}
        </button>
      </footer>
    </form>
  );
}

function FormField({ field }: { field: Field }) {
  const { state, t, language } = useUi();
  const id = `field-${field.key}`;
  const error = state.errors[field.key];
  const help = pick(field.help, language);
  const described = error ? `${id}-error` : help ? `${id}-help` : "";
  const ticked = field.type === "checkbox" || field.type === "consent";
  const label = (
    <span class="label">
      <label for={id} dir="auto">
        {pick(field.label, language) || field.key}
      </label>
      {field.required && (
        <b class="star" aria-hidden="true">
          *
        </b>
      )}
    </span>
  );
  return (
    <div class={ticked ? "field ticked" : "field"}>
      {!ticked && label}
      <Input field={field} id={id} described={described} />
      {ticked && label}
      {/* Always as high as one line: an error that appears on leaving a field must not move what is being clicked. */}
      <div class="below">
        {error ? (
          <p class="error" id={`${id}-error`} role="alert">
            {t[`error_${error}`]}
          </p>
        ) : (
          help && (
            <p class="help" id={`${id}-help`} dir="auto">
              {help}
            </p>
          )
        )}
      </div>
    </div>
  );
}

function Input({ field, id, described }: { field: Field; id: string; described: string }) {
  const { act, state, t, language } = useUi();
  const labels = pick(field.choice_labels || {}, language, "") || [];
  const answer = state.answers[field.key];
  const common = {
    id,
    name: field.key,
    required: field.required,
    "aria-required": field.required,
    "aria-invalid": !!state.errors[field.key],
    "aria-describedby": described || undefined,
    onBlur: () => act({ type: "field_left", key: field.key }),
  };
  const text = typeof answer === "string" ? answer : "";
  const take = (event: { currentTarget: { value: string } }) =>
    act({ type: "answered", key: field.key, value: event.currentTarget.value });
  switch (field.type) {
    case "checkbox":
    case "consent":
      return (
        <input
          {...common}
          type="checkbox"
          checked={answer === true}
          onChange={(event) => act({ type: "answered", key: field.key, value: event.currentTarget.checked })}
        />
      );
    case "select":
      return (
        <select {...common} value={text} onChange={take}>
          <option value="">{t.choose}</option>
          {field.choices.map((choice, at) => (
            <option key={choice} value={choice}>
              {labels[at] || choice}
            </option>
          ))}
        </select>
      );
    case "long_text":
      return <textarea {...common} dir="auto" rows={3} value={text} onInput={take} />;
    case "email":
      return <input {...common} type="email" dir="ltr" autoComplete="email" value={text} onInput={take} />;
    case "phone":
      return <input {...common} type="tel" dir="ltr" autoComplete="tel" value={text} onInput={take} />;
    case "number":
      return <input {...common} type="text" dir="ltr" inputMode="decimal" value={text} onInput={take} />;
    case "text":
      return <input {...common} type="text" dir="auto" autoComplete="on" value={text} onInput={take} />;
  }
}
