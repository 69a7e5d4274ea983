/** Owns the widget beside the settings of a queue, as they are edited. */
import { useMemo } from "react";
import type { Scene } from "../../../api/preview";
import type { FormField, QueuePlan } from "../../../api/rest";
import { lookOf } from "../preview/look";
import { WidgetPreview } from "../preview/WidgetPreview";

interface QueuePreviewProps {
  plan: QueuePlan;
  form: FormField[];
  scene: Scene;
  language: string;
}

export function QueuePreview({ plan, form, scene, language }: QueuePreviewProps) {
  const look = useMemo(() => lookOf(plan, form), [plan, form]);
  return <WidgetPreview look={look} scene={scene} language={language} />;
}
