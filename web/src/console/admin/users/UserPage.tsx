/** Owns creating and editing a user: person, role, slots, access. */
import {
  Alert,
  Input,
  NumberInput,
  PasswordInput,
  Radio,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { MadeUserLink, NewUser, Role, User, UserPatch, UserSkill } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useUsers } from "../../api/queries";
import { useUser } from "../../shell/user";
import { changes } from "../../ui/changes";
import { checkName, checkRange, compact } from "../../ui/check";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { type Editor, type FieldErrors, useEditor } from "../../ui/editor";
import { EditForm, Section } from "../../ui/form";
import { warned } from "../../ui/notify";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { SkillFields } from "../SkillFields";
import { EndSessions } from "./EndSessions";
import { LinkSection, madeLinkKey } from "./LinkSection";
import { useMayUsePassword } from "./passwords";
import { SecondStepOff } from "./SecondStepOff";
import { Unlink } from "./Unlink";

const PASSWORD_LENGTH_MIN = 10;
const SLOTS = { min: 0, max: 50 };
const ROLES: readonly Role[] = ["agent", "supervisor", "admin"];

interface UserForm {
  /** Invited with a link instead of a password. */
  invited: boolean;
  email: string;
  name: string;
  role: Role;
  slots: number;
  skills: UserSkill[];
  password: string;
  disabled: boolean;
}

export function NewUserPage() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const mayUsePassword = useMayUsePassword();
  const editor = useEditor<UserForm, User>({
    initial: {
      invited: true,
      email: "",
      name: "",
      role: "agent",
      slots: 3,
      skills: [],
      password: "",
      disabled: false,
    },
    validate: (values) => check(values, !values.invited && mayUsePassword(values.role), t),
    save: async ({ disabled: _, invited, password, ...values }) => {
      const by_password = mayUsePassword(values.role);
      const body: NewUser = invited || !by_password ? values : { ...values, password };
      const user = await request<User>("POST", "/users", body);
      if (invited && by_password) {
        // The user is there by now: without a link their page, which opens next, offers to make one.
        await request<MadeUserLink>("POST", `/users/${user.id}/link`).then(
          (link) => queryClient.setQueryData(madeLinkKey(user.id), link),
          () => warned(t("users.link.not_made")),
        );
      }
      return user;
    },
    saved: async (user) => {
      await queryClient.invalidateQueries({ queryKey: keys.users });
      const has_link = !user.has_password && mayUsePassword(user.role);
      go(has_link ? `/admin/users/${user.id}` : "/admin/users");
    },
  });
  const password = (
    <PasswordInput
      visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
      label={t("users.password")}
      description={t("users.password_help")}
      withAsterisk
      autoComplete="new-password"
      {...editor.form.getInputProps("password")}
    />
  );
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("users.new_title")} back={{ href: "/admin/users", label: t("users.title") }} />
      <EditForm editor={editor} always save={t("action.create")}>
        <Person editor={editor} fixed={false} />
        <Section title={t("users.access")}>
          {mayUsePassword(editor.form.values.role) ? (
            <>
              <Radio.Group
                label={t("users.way.label")}
                value={editor.form.values.invited ? "link" : "password"}
                onChange={(way) => editor.form.setFieldValue("invited", way === "link")}
              >
                <Stack gap={8} mt={4}>
                  {(["link", "password"] as const).map((way) => (
                    <Radio
                      key={way}
                      value={way}
                      label={t(`users.way.${way}`)}
                      description={t(`users.way.${way}_help`)}
                    />
                  ))}
                </Stack>
              </Radio.Group>
              {!editor.form.values.invited && password}
            </>
          ) : (
            <Text>{t("users.way.provider")}</Text>
          )}
        </Section>
      </EditForm>
    </div>
  );
}

export function UserPage({ id }: { id: string }) {
  const users = useUsers();
  return (
    <Loaded query={users}>
      {(items) => {
        const user = items.find((known) => known.id === id);
        return user ? <EditUser user={user} /> : <Missing back="/admin/users" />;
      }}
    </Loaded>
  );
}

function EditUser({ user }: { user: User }) {
  const { t } = useTranslation();
  const me = useUser();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const self = me.id === user.id;
  const mayUsePassword = useMayUsePassword();
  const { email, name, role, slots, skills, disabled } = user;
  const editor = useEditor<UserForm, User>({
    initial: { invited: false, email, name, role, slots, skills, disabled, password: "" },
    validate: (values) => check(values, false, t),
    save: (values, stored) => request("PATCH", `/users/${user.id}`, patchOf(stored, values)),
    saved: () => {
      void queryClient.invalidateQueries({ queryKey: keys.users });
      go("/admin/users");
    },
  });
  const deleted = () => {
    go("/admin/users");
    void queryClient.invalidateQueries({ queryKey: keys.users });
  };
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={user.name} back={{ href: "/admin/users", label: t("users.title") }}>
        <EndSessions user={user} />
        {!self && <DeleteMenu path={`/users/${user.id}`} name={user.name} done={deleted} />}
      </PageHead>
      <EditForm editor={editor}>
        {self && (
          <Alert color="gray" mb="md">
            {t("users.yourself")}
          </Alert>
        )}
        {!user.has_password && mayUsePassword(user.role) && <LinkSection user={user} />}
        <Person editor={editor} fixed={self} stored />
        <Section title={t("users.access")}>
          <PasswordInput
            visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
            label={t(user.has_password ? "users.new_password" : "users.password")}
            description={t(user.has_password ? "users.new_password_help" : "users.no_password_help")}
            autoComplete="new-password"
            {...editor.form.getInputProps("password")}
          />
          <Switch
            label={t("users.disable")}
            description={t("users.disable_help")}
            disabled={self}
            {...editor.form.getInputProps("disabled", { type: "checkbox" })}
          />
        </Section>
        {!self && user.has_password && mayUsePassword(user.role) && <LinkSection user={user} />}
        {!self && user.second_step && <SecondStepOff user={user} />}
        {user.single_sign_on && <Unlink user={user} />}
      </EditForm>
    </div>
  );
}

/** `fixed`: role and access stay. `stored`: the e-mail stays. */
function Person({ editor, fixed, stored }: { editor: Editor<UserForm>; fixed: boolean; stored?: boolean }) {
  const { t } = useTranslation();
  const { form } = editor;
  return (
    <Section title={t("users.person")}>
      <TextInput
        label={t("users.email")}
        type="email"
        withAsterisk={!stored}
        readOnly={stored}
        variant={stored ? "filled" : "default"}
        description={stored ? t("users.email_fixed") : undefined}
        autoComplete="off"
        {...form.getInputProps("email")}
      />
      <TextInput
        label={t("users.name")}
        description={t("users.name_help")}
        withAsterisk
        maxLength={100}
        autoComplete="off"
        {...form.getInputProps("name")}
      />
      <Radio.Group label={t("users.role")} {...form.getInputProps("role")}>
        <Stack gap={8} mt={4}>
          {ROLES.map((role) => (
            <Radio
              key={role}
              value={role}
              label={t(`role.${role}`)}
              description={t(`users.role_help.${role}`)}
              disabled={fixed}
            />
          ))}
        </Stack>
      </Radio.Group>
      <NumberInput
        label={t("users.slots")}
        description={t("users.slots_help")}
        w={260}
        allowDecimal={false}
        min={SLOTS.min}
        max={SLOTS.max}
        {...form.getInputProps("slots")}
      />
      <Input.Wrapper label={t("users.skills")} description={t("users.skills_help")}>
        <div style={{ marginTop: 8 }}>
          <SkillFields
            form={form as never}
            path="skills"
            name="name"
            levels={form.values.skills.map((skill) => skill.level)}
          />
        </div>
      </Input.Wrapper>
    </Section>
  );
}

function patchOf(stored: UserForm, values: UserForm): UserPatch {
  const { invited: _, email: __, ...patch } = changes(stored, { ...values, name: values.name.trim() });
  return patch;
}

function check(values: UserForm, fresh: boolean, t: TFunction): FieldErrors {
  const skills = values.skills.map(({ name }, index) => [
    `skills.${index}.name`,
    name.trim() ? null : t("users.skill_required"),
  ]);
  const needs_password = fresh || values.password !== "";
  return compact({
    ...Object.fromEntries(skills),
    name: checkName(values.name, t),
    email: /^\S+@\S+\.\S+$/.test(values.email) ? null : t("users.email_invalid"),
    slots: checkRange(values.slots, SLOTS, t),
    password:
      needs_password && values.password.length < PASSWORD_LENGTH_MIN ? t("users.password_short") : null,
  });
}
