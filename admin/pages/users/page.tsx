import { useTranslation } from 'react-i18next';
import { Page } from '../../parts/page';

export default function UsersPage() {
  const { t } = useTranslation('users');
  return <Page title={t('title')}>{null}</Page>;
}
