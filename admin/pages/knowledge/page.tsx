import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { Page } from '../../parts/page';
import { Whose } from '../../parts/whose';
import { Chunks } from './chunks';
import { Search } from './search';

const TABS = ['search', 'chunks'] as const;

export default function KnowledgePage() {
  const { t } = useTranslation('knowledge');
  const [parameters, setParameters] = useSearchParams();
  const tab = TABS.find((name) => name === parameters.get('tab')) ?? 'search';
  return (
    <Page title={t('title')} hint={t('hint')}>
      <Tabs
        value={tab}
        // The filters of one are not those of the other.
        onChange={(chosen) => setParameters(chosen === 'chunks' ? { tab: chosen } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tab_${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="search">
          <Whose>{(userId) => <Search key={userId} userId={userId} />}</Whose>
        </Tabs.Panel>
        <Tabs.Panel value="chunks">
          <Chunks />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
