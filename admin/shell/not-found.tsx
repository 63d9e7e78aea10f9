import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Page } from '../parts/page';
import { EmptyState } from '../parts/states';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound')}>
      <EmptyState text={t('notFoundHint')}>
        <Button component={Link} href="/" variant="default">
          {t('dashboard')}
        </Button>
      </EmptyState>
    </Page>
  );
}
