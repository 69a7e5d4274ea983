/** Owns which parts Active session has, in their order (C-3). Each part is a file of its own and is absent when it has nothing to say. */
import type { ComponentType } from "react";
import type { Chat } from "../../../api/wire";
import { PersonSections } from "../../customers/PersonSections";
import { AfterwardsSection } from "./AfterwardsSection";
import { AnswersSection } from "./AnswersSection";
import { LedSection } from "./LedSection";
import { PageNowSection } from "./PageNowSection";
import { PopSection } from "./PopSection";
import { VisitSections } from "./VisitSections";

interface Section {
  key: string;
  Part: ComponentType<{ chat: Chat }>;
}

export const SECTIONS: readonly Section[] = [
  { key: "person", Part: PersonSections },
  { key: "pop", Part: PopSection },
  { key: "afterwards", Part: AfterwardsSection },
  { key: "answers", Part: AnswersSection },
  { key: "led", Part: LedSection },
  { key: "page", Part: PageNowSection },
  { key: "visit", Part: VisitSections },
];
