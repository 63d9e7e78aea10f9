import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';

interface PageProps {
  title: string;
  /** One sentence on what the page is for. */
  hint?: string;
  /** Where this page is a part of another. */
  back?: { href: string; text: string };
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, hint, back, actions, children }: PageProps) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t('product')}`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          {back && (
            <Anchor component={Link} href={back.href} size="sm">
              {back.text}
            </Anchor>
          )}
          <Title order={1} size="h2" dir="auto">
            {title}
          </Title>
          {hint && (
            <Text c="dimmed" size="sm">
              {hint}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
