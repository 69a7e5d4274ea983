/** Owns the page of one's own account: where one is signed in, the second step, the password. */
import { useTranslation } from "react-i18next";
import classes from "../admin/Admin.module.css";
import { useUser } from "../shell/user";
import { PageHead } from "../ui/PageHead";
import { PasswordSection } from "./PasswordSection";
import { SecondStepSection } from "./SecondStepSection";
import { SessionsSection } from "./SessionsSection";

export function AccountPage() {
  const { t } = useTranslation();
  const { name, email, role, has_password } = useUser();
  return (
    <div className={classes.content}>
      <div className={classes.inner} data-narrow>
        <PageHead title={t("own.title")} text={`${name} · ${email} · ${t(`role.${role}`)}`} />
        <SessionsSection />
        <SecondStepSection />
        {has_password && <PasswordSection />}
      </div>
    </div>
  );
}
