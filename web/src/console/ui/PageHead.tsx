/** Owns the head of an administration page: the way back, the title, what it is for, and its actions. */
import { IconChevronLeft } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import classes from "./PageHead.module.css";
import { usePageTitle } from "./usePageTitle";

interface PageHeadProps {
  title: string;
  text?: string;
  back?: { href: string; label: string };
  children?: ReactNode;
}

export function PageHead({ title, text, back, children }: PageHeadProps) {
  usePageTitle(title);
  useEffect(() => {
    document.getElementById("main")?.scrollTo({ top: 0 });
  }, []);
  return (
    <header className={classes.head}>
      <div className={classes.text}>
        {back && (
          <Link href={back.href} className={classes.back}>
            <IconChevronLeft size={14} />
            {back.label}
          </Link>
        )}
        <h1>{title}</h1>
        {text && <p>{text}</p>}
      </div>
      {children && <div className={classes.actions}>{children}</div>}
    </header>
  );
}
