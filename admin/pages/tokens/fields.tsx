import { Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { DayInput } from '../../parts/day-input';
import { usePerson } from '../../shell/session';
import type { TokenValues } from './token-fields';

/** What is asked of a new token, and can be changed of any. */
export function TokenFields<V extends TokenValues>({ form }: { form: UseFormReturnType<V> }) {
  const { t } = useTranslation('tokens');
  const { is_staff: isStaff } = usePerson();
  return (
    <>
      <Textarea
        label={t('addresses')}
        description={t('addressesHint')}
        autosize
        minRows={2}
        maxRows={8}
        dir="ltr"
        spellCheck={false}
        {...form.getInputProps('allowed_ips')}
      />
      <DayInput
        label={t('expiry')}
        value={form.values.expires_at}
        onChange={(value) => form.setFieldValue('expires_at', value as never)}
        edge="end"
        none={t('noExpiry')}
        days="future"
        error={form.errors.expires_at}
      />
      {isStaff && (
        <TextInput
          label={t('limit')}
          description={t('limitHint')}
          inputMode="numeric"
          {...form.getInputProps('rate_limit_per_minute')}
        />
      )}
    </>
  );
}
