import {
  Anchor,
  Button,
  Group,
  Input,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useId } from '@mantine/hooks';
import { IconLogout } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { chooseLanguage, currentLanguage, LANGUAGES, type Language } from '../../i18n/language';
import { Facts } from '../../parts/facts';
import { Page } from '../../parts/page';
import { Section } from '../../parts/section';
import { useScope } from '../../shell/scope';
import { useLogOut, usePerson } from '../../shell/session';
import { PasswordForm } from './password-form';

export default function AccountPage() {
  const { t } = useTranslation('account');
  return (
    <Page title={t('title')}>
      <Stack maw={720}>
        <WhoIAm />
        <PasswordForm />
        <Look />
        <Leave />
      </Stack>
    </Page>
  );
}

function WhoIAm() {
  const { t } = useTranslation('account');
  const person = usePerson();
  const { choose } = useScope();
  return (
    <Section title={t('who')}>
      <Facts
        facts={[
          [t('email'), <bdi>{person.email}</bdi>],
          [t('username'), <bdi>{person.username}</bdi>],
          [t('role'), t(person.is_staff ? 'staff' : 'owner', { ns: 'common' })],
        ]}
      />
      <Text size="sm" c="dimmed">
        {t(person.is_staff ? 'changeStaff' : 'change')}
      </Text>
      <Group>
        {person.is_staff && (
          <Anchor component={Link} href={`/users?search=${encodeURIComponent(person.email)}`} size="sm">
            {t('users')}
          </Anchor>
        )}
        <Anchor component={Link} href="/audit" onClick={() => person.is_staff && choose(person.id)} size="sm">
          {t('mine')}
        </Anchor>
      </Group>
    </Section>
  );
}

function Look() {
  const { t } = useTranslation('account');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t('look')}>
      <Group gap="xl">
        <Labelled label={t('language')}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              value={currentLanguage()}
              onChange={(value) => void chooseLanguage(value as Language)}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({
                value,
                label: <span lang={value}>{label}</span>,
              }))}
            />
          )}
        </Labelled>
        <Labelled label={t('colors')}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              value={colorScheme}
              onChange={(value) => setColorScheme(value)}
              data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(value) }))}
            />
          )}
        </Labelled>
      </Group>
    </Section>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <Stack gap={4} align="flex-start">
      <Input.Label id={id} component="div">
        {label}
      </Input.Label>
      {children(id)}
    </Stack>
  );
}

function Leave() {
  const { t } = useTranslation('account');
  const logOut = useLogOut();
  return (
    <Section title={t('leave')} hint={t('leaveHint')}>
      <div>
        <Button
          variant="default"
          leftSection={<IconLogout size={16} aria-hidden />}
          loading={logOut.isPending}
          onClick={() => logOut.mutate()}
        >
          {t('leave')}
        </Button>
      </div>
    </Section>
  );
}
