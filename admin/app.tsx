import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './shell/fonts.css';
import { DirectionProvider, MantineProvider, useDirection } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Router, Switch } from 'wouter';
import { queries } from './api/queries';
import { directionOf } from './i18n/language';
import { Crash } from './parts/crash';
import { LoadingState } from './parts/states';
import { Layout } from './shell/layout';
import { NotFound } from './shell/not-found';
import { styleNonce } from './shell/nonce';
import { ScopeProvider } from './shell/scope';
import { SessionGate } from './shell/session';
import { colorSchemeManager, cssVariablesResolver, theme } from './shell/theme';

const Dashboard = lazy(() => import('./pages/dashboard/page'));
const Tokens = lazy(() => import('./pages/tokens/page'));
const Events = lazy(() => import('./pages/events/page'));
const Products = lazy(() => import('./pages/products/page'));
const Knowledge = lazy(() => import('./pages/knowledge/page'));
const Stores = lazy(() => import('./pages/stores/page'));
const Users = lazy(() => import('./pages/users/page'));
const Audit = lazy(() => import('./pages/audit/page'));
const Account = lazy(() => import('./pages/account/page'));

export function App() {
  return (
    <DirectionProvider>
      <MantineProvider
        theme={theme}
        colorSchemeManager={colorSchemeManager}
        cssVariablesResolver={cssVariablesResolver}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <Direction />
        <QueryClientProvider client={queries}>
          <ModalsProvider>
            <Notifications position="bottom-center" />
            <Router base="/admin">
              <SessionGate>
                <ScopeProvider>
                  <Layout>
                    <Crash>
                      <Suspense fallback={<LoadingState />}>
                        <Switch>
                          <Route path="/" component={Dashboard} />
                          <Route path="/login" component={Dashboard} />
                          <Route path="/tokens" component={Tokens} />
                          <Route path="/events/:id?" component={Events} />
                          <Route path="/products/:id?" component={Products} />
                          <Route path="/knowledge" component={Knowledge} />
                          <Route path="/stores" component={Stores} />
                          <Route path="/users" component={Users} />
                          <Route path="/audit" component={Audit} />
                          <Route path="/account" component={Account} />
                          <Route component={NotFound} />
                        </Switch>
                      </Suspense>
                    </Crash>
                  </Layout>
                </ScopeProvider>
              </SessionGate>
            </Router>
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}

/** Components that measure follow the language too. */
function Direction() {
  const { i18n } = useTranslation();
  const { setDirection } = useDirection();
  useEffect(() => setDirection(directionOf(i18n.language)), [i18n.language, setDirection]);
  return null;
}
