import { AppShell, Burger, Group, Menu, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import {
  IconActivity,
  IconBook2,
  IconBuildingStore,
  IconChevronDown,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconLogout,
  IconPackage,
  IconShieldCheck,
  IconStack2,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { LanguageSwitch, SchemeSwitch } from './preferences';
import { ScopeSelect } from './scope';
import { useLogOut, usePerson } from './session';
import classes from './layout.module.css';

const PAGES = [
  { path: '/', text: 'dashboard', icon: IconLayoutDashboard, staff: false },
  { path: '/events', text: 'events', icon: IconListDetails, staff: false },
  { path: '/products', text: 'products', icon: IconPackage, staff: false },
  { path: '/knowledge', text: 'knowledge', icon: IconBook2, staff: false },
  { path: '/tokens', text: 'tokens', icon: IconKey, staff: false },
  { path: '/stores', text: 'stores', icon: IconBuildingStore, staff: false },
  { path: '/users', text: 'users', icon: IconUsers, staff: true },
  { path: '/audit', text: 'audit', icon: IconShieldCheck, staff: false },
] as const;

export function Layout({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const [location] = useLocation();
  const { is_staff: isStaff } = usePerson();
  const narrow = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false });
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#main" className={classes.skip}>
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap" gap="sm">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t(opened ? 'closeMenu' : 'openMenu')}
              aria-expanded={opened}
            />
            <IconActivity size={22} aria-hidden className={classes.mark} />
            <Text fw={700} visibleFrom="xs">
              {t('product')}
            </Text>
          </Group>
          <Group wrap="nowrap" gap="xs" className={classes.tools}>
            {isStaff && (
              <div className={classes.scope}>
                <ScopeSelect />
              </div>
            )}
            <LanguageSwitch />
            <SchemeSwitch />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('menu')} inert={narrow && !opened}>
        <AppShell.Section grow component={ScrollArea}>
          {PAGES.filter(({ staff }) => isStaff || !staff).map(({ path, text, icon: Icon }) => (
            <NavLink
              key={path}
              component={Link}
              href={path}
              label={t(text)}
              leftSection={<Icon size={18} aria-hidden />}
              active={path === '/' ? location === '/' : location.startsWith(path)}
              aria-current={location === path ? 'page' : undefined}
              onClick={close}
            />
          ))}
          {isStaff && (
            <NavLink
              href="/admin/queues"
              label={t('queues')}
              leftSection={<IconStack2 size={18} aria-hidden />}
            />
          )}
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function PersonMenu() {
  const { t } = useTranslation();
  const person = usePerson();
  const logOut = useLogOut();
  return (
    <Menu position="bottom-end" width={240} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton aria-label={t('accountMenu')} className={classes.person}>
          <IconUser size={20} aria-hidden />
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.email}
          <br />
          {t(person.is_staff ? 'staff' : 'owner')}
        </Menu.Label>
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {t('account')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          disabled={logOut.isPending}
          onClick={() => logOut.mutate()}
        >
          {t('logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
