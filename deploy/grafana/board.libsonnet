// SPDX-License-Identifier: Apache-2.0
// What all boards share: the frame of a dashboard and of its panels. A panel without description or unit cannot be
// made: both are arguments.
{
  local board = self,

  // Every query is limited to the chosen job and instance.
  where(more=''):: 'job=~"$job", instance=~"$instance"' + (if more == '' then '' else ', ' + more),

  local variable(name, label, query) = {
    name: name,
    label: label,
    type: 'query',
    datasource: { type: 'prometheus', uid: '$datasource' },
    query: { query: query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    options: [],
    regex: '',
    skipUrlSync: false,
  },
  local datasource = {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    current: {},
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    refresh: 1,
    regex: '',
    skipUrlSync: false,
  },

  account:: variable('account', 'Account', 'label_values(forestall_account_connected{job=~"$job", instance=~"$instance"}, account)'),
  seller:: variable('seller', 'Seller', 'label_values(forestall_ledger_open{job=~"$job", instance=~"$instance"}, seller)'),

  target(expr, legend):: { datasource: { type: 'prometheus', uid: '$datasource' }, editorMode: 'code', expr: expr, legendFormat: legend, range: true },

  local panel(type, title, description, unit, targets, width, height) = {
    type: type,
    title: title,
    description: description,
    datasource: { type: 'prometheus', uid: '$datasource' },
    targets: [targets[i] { refId: std.char(65 + i) } for i in std.range(0, std.length(targets) - 1)],
    fieldConfig: { defaults: { unit: unit, noValue: 'nothing reported' }, overrides: [] },
    width:: width,
    height:: height,
  },

  // One number, with the thresholds from which on it is yellow and red; `worse`: 'high' or 'low'.
  stat(title, description, unit, targets, warn=null, bad=null, worse='high', width=4, height=4)::
    panel('stat', title, description, unit, targets, width, height) {
      fieldConfig+: { defaults+: {
        color: { mode: 'thresholds' },
        thresholds: {
          mode: 'absolute',
          steps: if warn == null then [{ color: 'green', value: null }]
          else if worse == 'high' then [{ color: 'green', value: null }, { color: 'yellow', value: warn }, { color: 'red', value: bad }]
          else [{ color: 'red', value: null }, { color: 'yellow', value: bad }, { color: 'green', value: warn }],
        },
      } },
      options: { colorMode: 'background', graphMode: 'area', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'auto' },
    },

  lines(title, description, unit, targets, stack=false, width=12, height=8)::
    panel('timeseries', title, description, unit, targets, width, height) {
      fieldConfig+: { defaults+: {
        color: { mode: 'palette-classic' },
        custom: { drawStyle: 'line', fillOpacity: if stack then 40 else 10, lineWidth: 1, showPoints: 'never', spanNulls: false, stacking: { mode: if stack then 'normal' else 'none' } },
        min: 0,
      } },
      options: { legend: { calcs: ['lastNotNull', 'max'], displayMode: 'table', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
    },

  // Rows fill the 24 columns from the left; a panel that does not fit begins a new line.
  local placed(panels) = std.foldl(
    function(state, panel)
      local fits = state.x + panel.width <= 24;
      local x = if fits then state.x else 0;
      local y = if fits then state.y else state.y + state.tallest;
      {
        x: x + panel.width,
        y: y,
        tallest: if fits then std.max(state.tallest, panel.height) else panel.height,
        id: state.id + 1,
        panels: state.panels + [panel { id: state.id + 1, gridPos: { x: x, y: y, w: panel.width, h: panel.height } }],
      },
    panels,
    { x: 0, y: 0, tallest: 0, id: 0, panels: [] },
  ).panels,

  dashboard(name, title, description, panels, variables=[])::
    {
      uid: std.md5(name + '.json'),
      title: 'Forestall / ' + title,
      description: description,
      tags: ['forestall'],
      timezone: 'utc',
      editable: false,
      schemaVersion: 38,
      version: 1,
      graphTooltip: 1,
      refresh: '30s',
      time: { from: 'now-6h', to: 'now' },
      links: [{ type: 'dashboards', title: 'Forestall', tags: ['forestall'], asDropdown: true, includeVars: true, keepTime: true, targetBlank: false, icon: 'external link', url: '', tooltip: '' }],
      annotations: { list: [] },
      templating: { list: [
        datasource,
        variable('job', 'Job', 'label_values(forestall_build_info, job)'),
        variable('instance', 'Instance', 'label_values(forestall_build_info{job=~"$job"}, instance)'),
      ] + variables },
      panels: placed(panels),
    },
}
