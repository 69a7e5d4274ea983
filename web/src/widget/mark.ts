/** The mark, a raised hand in a speech bubble, and the other line drawings; each one path on a 24-unit grid. */
const svg_ns = "http://www.w3.org/2000/svg";

export const mark =
  "M12 1.5C5.9 1.5 1.5 5.6 1.5 11c0 3 1.4 5.5 3.7 7.2V23l4.4-2.7c.8.1 1.6.2 2.4.2 6.1 0 10.5-4.1 10.5-9.5S18.1 1.5 12 1.5Z" +
  "M8 12.3V7.7a.8.8 0 0 1 1.6 0v3h.7V5.6a.8.8 0 0 1 1.6 0v5.1h.7V6.2a.8.8 0 0 1 1.6 0v4.9h.7V8.3a.8.8 0 0 1 1.6 0v4.9" +
  "c0 2.6-1.7 4.3-4.2 4.3-1.9 0-3.2-.8-4.1-2.4L5.9 12.4c-.6-1 .7-2 1.5-1.1Z";

export function drawMark(path: string, stroke = false): SVGSVGElement {
  const svg = document.createElementNS(svg_ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(svg_ns, "path");
  shape.setAttribute("d", path);
  shape.setAttribute(stroke ? "stroke" : "fill", "currentColor");
  if (stroke) shape.setAttribute("fill", "none");
  else shape.setAttribute("fill-rule", "evenodd");
  svg.append(shape);
  return svg;
}
