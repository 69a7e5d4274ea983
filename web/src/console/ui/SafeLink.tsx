/** Owns links to addresses that a visitor or a page sent: only http and https become links, the rest stays text. */
import type { ReactNode } from "react";

export function SafeLink({
  url,
  className,
  children,
}: {
  url: string;
  className?: string;
  children: ReactNode;
}) {
  if (!/^https?:\/\//i.test(url)) return <span className={className}>{children}</span>;
  return (
    <a className={className} href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      {children}
    </a>
  );
}
