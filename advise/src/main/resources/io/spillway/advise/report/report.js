'use strict';
(() => {
  const data = JSON.parse(document.getElementById('figures').textContent);
  const byId = id => document.getElementById(id);
  const machine = data.recording.machine;
  const NEVER = -1;

  const CAUSES = [
    ['USER', 'prefetches asked for', '#486581'],
    ['COPY', "the program's copies", '#9fb3c8'],
    ['COHERENCE', 'faults', '#d64545'],
    ['PREFETCH', "the driver's prefetcher", '#2cb1bc'],
    ['EVICTION', 'evictions', '#f0b429'],
    ['ACCESS_COUNTERS', 'access counters', '#8719e0'],
    ['UNKNOWN', 'not told', '#9aa5b1']
  ];
  const MEASURES = {
    GPU_FAULTS: ['device faults', count],
    CPU_FAULTS: ['host faults', count],
    TO_DEVICE_BYTES: ['bytes to the device', bytes],
    TO_HOST_BYTES: ['bytes to the host', bytes],
    RESIDENT_BYTES: ['bytes on the device', bytes]
  };

  function count(value) { return value.toLocaleString('en'); }
  function bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    let rest = value;
    while (Math.abs(rest) >= 1024 && unit < units.length - 1) { rest /= 1024; unit++; }
    return (unit === 0 ? rest : rest.toFixed(Math.abs(rest) < 10 ? 2 : 1)) + ' ' + units[unit];
  }
  function seconds(value) {
    if (value === 0) return '0 s';
    if (Math.abs(value) < 1e-3) return (value * 1e6).toFixed(1) + ' us';
    if (Math.abs(value) < 1) return (value * 1e3).toFixed(2) + ' ms';
    return value.toFixed(3) + ' s';
  }
  function rate(bytesPerSecond) { return (bytesPerSecond / 1e9).toFixed(1) + ' GB/s'; }
  function percent(share) { return (100 * share).toFixed(1) + '%'; }
  function escaped(text) {
    return String(text).replace(/[&<>"]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}[c]));
  }
  function nameOf(allocation) { return allocation.label || allocation.site; }
  function tail(text, most) { return text.length <= most ? text : '\u2026' + text.slice(text.length - most + 1); }

  // ---- head -------------------------------------------------------------------------------
  document.title = 'Spillway: ' + data.title;
  byId('title').textContent = data.title;
  byId('machine').textContent = [
    (machine.simulated ? 'SIMULATED ' : '') + (machine.device || 'device not told'),
    machine.budgetBytes > 0 ? 'budget ' + bytes(machine.budgetBytes) + ' of ' + bytes(machine.deviceTotalBytes) : '',
    machine.linkToDeviceBytesPerSecond > 0
      ? 'link ' + rate(machine.linkToDeviceBytesPerSecond) + ' in, ' + rate(machine.linkToHostBytesPerSecond) + ' out' : '',
    data.recording.tools.length > 0 ? 'recorded by ' + data.recording.tools.join(', ') : 'launches only',
    data.recording.recordingSeconds > 0 ? seconds(data.recording.recordingSeconds) + ' spent recording' : ''
  ].filter(part => part).join(' \u00b7 ');
  const warnings = data.recording.missing.map(line => 'Not recorded: ' + line);
  for (const [source, lost] of Object.entries(data.recording.dropped)) {
    if (lost > 0) warnings.push(count(lost) + ' records of ' + source + ' were lost');
  }
  if (data.totals.unknownAddresses > 0) warnings.push(count(data.totals.unknownAddresses) + ' events lie in no known allocation');
  if (data.totals.lateEvents > 0) warnings.push(count(data.totals.lateEvents) + ' events came too late to be ordered');
  byId('warnings').hidden = warnings.length === 0;
  byId('warnings').textContent = warnings.join('; ');
  const tiles = [
    [count(data.totals.launches), 'launches'],
    [seconds(data.totals.kernelSeconds), 'kernels ran'],
    [seconds(data.totals.faultSeconds), 'on device faults'],
    [count(data.totals.gpuFaults), 'pages faulted by the device'],
    [count(data.totals.cpuFaults), 'pages faulted by the host'],
    [bytes(data.totals.bytesToDevice), 'to the device'],
    [bytes(data.totals.bytesToHost), 'to the host'],
    [seconds(data.hints.reduce((sum, hint) => sum + hint.savedSeconds, 0)), 'hints are expected to save']
  ];
  byId('tiles').innerHTML = tiles.map(([value, what]) =>
    '<div class="tile"><b>' + escaped(value) + '</b><span>' + escaped(what) + '</span></div>').join('');

  // ---- charts -----------------------------------------------------------------------------
  const time = data.time;
  const column = name => time.columns[name] || new Array(time.bins).fill(0);
  const grid = {left: 160, right: 110, top: 28, bottom: 26};
  const moments = Array.from({length: time.bins}, (_, bin) => bin * time.binSeconds);
  const timeAxis = extra => Object.assign({
    type: 'value', min: 0, max: Math.max(time.bins, 1) * time.binSeconds,
    axisLabel: {formatter: seconds, hideOverlap: true}, splitLine: {show: false}
  }, extra);
  const zoom = {type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl'};
  const textStyle = {fontFamily: 'system-ui, sans-serif'};
  const charts = {};
  for (const id of ['heat', 'launches', 'link', 'resident', 'sites']) {
    charts[id] = echarts.init(byId(id));
  }

  const heatMeasures = Object.keys(data.heat.cells);
  byId('measure').innerHTML = heatMeasures.map(name =>
    '<option value="' + name + '">' + MEASURES[name][0] + '</option>').join('');

  function drawHeat(kept) {
    const name = byId('measure').value;
    const [title, format] = MEASURES[name] || ['nothing recorded', count];
    // Rows of the allocations shown, one below the other: [row in the profile] -> row on screen.
    const screenRow = new Map();
    const names = [];
    for (const allocation of kept) {
      for (let row = allocation.firstRow; row <= allocation.lastRow; row++) {
        if (!screenRow.has(row)) {
          screenRow.set(row, names.length);
          names.push(nameOf(allocation));
        }
      }
    }
    const cells = (data.heat.cells[name] || [])
      .filter(([, row]) => screenRow.has(row))
      .map(([bin, row, value]) => [bin * data.heat.binSeconds, screenRow.get(row), value]);
    const most = cells.reduce((greatest, cell) => Math.max(greatest, cell[2]), 0);
    const starts = names.map((each, row) => row === 0 || names[row - 1] !== each);
    charts.heat.setOption({
      textStyle, animation: false,
      tooltip: {formatter: cell => cell.data.length < 3 ? '' : escaped(names[cell.data[1]]) + '<br>at '
        + seconds(cell.data[0]) + ': ' + format(cell.data[2]) + (name.endsWith('FAULTS') ? ' pages' : '')},
      grid: Object.assign({}, grid, {bottom: 62}),
      xAxis: timeAxis({max: Math.max(data.heat.bins, 1) * data.heat.binSeconds}),
      yAxis: {type: 'category', data: names.map((_, row) => row), inverse: true,
        axisTick: {interval: row => starts[row]}, splitLine: {show: true, interval: row => starts[row]},
        axisLabel: {interval: row => starts[row], hideOverlap: true, formatter: row => tail(names[row] || '', 20)}},
      visualMap: {type: 'continuous', min: 0, max: Math.max(most, 1), calculable: true, right: 0, top: 'middle',
        itemHeight: 180, dimension: 2, text: [title, ''], formatter: format, textStyle: {width: 90, overflow: 'break'},
        inRange: {color: ['#dceefb', '#7fc4f5', '#f7c948', '#d64545']}},
      dataZoom: [zoom, {type: 'slider', xAxisIndex: 0, filterMode: 'none', bottom: 8, height: 20, labelFormatter: seconds}],
      series: [{type: 'custom', name: title, clip: true, data: cells, encode: {x: 0, y: 1},
        renderItem: (_, api) => {
          const size = api.size([data.heat.binSeconds, 1]);
          const at = api.coord([api.value(0), api.value(1)]);
          const shape = {x: at[0], y: at[1] - size[1] / 2, width: Math.max(1, size[0]), height: Math.max(1, size[1])};
          return {type: 'rect', shape, style: {fill: api.visual('color')}};
        }}]
    }, true);
  }

  function drawTimes() {
    const share = name => column(name).map((nanos, bin) => [moments[bin], nanos / 1e9 / time.binSeconds]);
    const told = time.columns.KERNEL_NANOS || time.columns.STALL_NANOS;
    byId('launch-note').hidden = !told;
    charts.launches.setOption({
      textStyle, animation: false, grid, legend: {top: 0},
      tooltip: {trigger: 'axis', formatter: lines => 'at ' + seconds(lines[0].data[0]) + lines.map(line => '<br>' + line.marker
        + line.seriesName + ': ' + (line.seriesName === 'launches' ? count(line.data[1]) : percent(line.data[1]))).join('')},
      xAxis: timeAxis(), dataZoom: [zoom],
      yAxis: [{type: 'value', name: 'busy', axisLabel: {formatter: percent}},
        {type: 'value', name: 'launches', position: 'right', splitLine: {show: false}}],
      series: [
        {name: 'kernels', type: 'line', step: 'end', symbol: 'none', areaStyle: {opacity: 0.35}, color: '#2cb1bc', data: share('KERNEL_NANOS')},
        {name: 'stalled by faults', type: 'line', step: 'end', symbol: 'none', areaStyle: {opacity: 0.6}, color: '#d64545', data: share('STALL_NANOS')},
        {name: 'launches', type: 'line', step: 'end', symbol: 'none', yAxisIndex: 1, color: '#486581', lineStyle: {width: 1},
          data: column('LAUNCHES').map((value, bin) => [moments[bin], value])}
      ]
    });
    const limit = (value, text) => value > 0 ? [{yAxis: value, label: {formatter: text, position: 'insideEndTop'}}] : [];
    const flows = [];
    for (const [direction, sign] of [['TO_DEVICE_', 1], ['TO_HOST_', -1]]) {
      for (const [cause, why, color] of CAUSES) {
        const name = direction + cause;
        if (time.columns[name]) {
          flows.push({name: (sign > 0 ? 'in: ' : 'out: ') + why, type: 'bar', stack: direction, color, barWidth: '99%', barGap: '-100%',
            itemStyle: {opacity: sign > 0 ? 1 : 0.75},
            data: column(name).map((value, bin) => [moments[bin], sign * value / time.binSeconds])});
        }
      }
    }
    if (flows.length > 0) {
      flows[0].markLine = {silent: true, symbol: 'none', lineStyle: {color: '#1f2933', type: 'dashed'},
        data: [...limit(machine.linkToDeviceBytesPerSecond, 'link in'),
          ...limit(machine.linkToHostBytesPerSecond, 'link out').map(line => Object.assign(line, {yAxis: -line.yAxis}))]};
    }
    charts.link.setOption({
      textStyle, animation: false, grid, legend: {top: 0, type: 'scroll'},
      tooltip: {trigger: 'axis', axisPointer: {type: 'shadow'}, formatter: lines => 'at ' + seconds(lines[0].data[0])
        + lines.filter(line => line.data[1] !== 0).map(line => '<br>' + line.marker + line.seriesName + ': ' + rate(Math.abs(line.data[1]))).join('')},
      xAxis: timeAxis(), dataZoom: [zoom],
      yAxis: {type: 'value', min: extent => Math.min(extent.min, -machine.linkToHostBytesPerSecond),
        max: extent => Math.max(extent.max, machine.linkToDeviceBytesPerSecond), axisLabel: {formatter: value => rate(Math.abs(value))}},
      series: flows
    });
    let before = 0;
    const resident = (time.columns.RESIDENT_BYTES || []).map((value, bin) => {
      before = value === NEVER ? before : value;
      return [moments[bin], before];
    });
    const mostResident = resident.reduce((most, [, value]) => Math.max(most, value), Math.max(machine.budgetBytes, 1));
    charts.resident.setOption({
      textStyle, animation: false, grid,
      tooltip: {trigger: 'axis', formatter: lines => 'at ' + seconds(lines[0].data[0]) + ': ' + bytes(lines[0].data[1])},
      xAxis: timeAxis(), dataZoom: [zoom],
      yAxis: {type: 'value', max: mostResident, interval: mostResident / 4, axisLabel: {formatter: bytes}},
      series: [{name: 'resident', type: 'line', step: 'end', symbol: 'none', areaStyle: {opacity: 0.35}, color: '#0b69a3', data: resident,
        markLine: {silent: true, symbol: 'none', lineStyle: {color: '#1f2933', type: 'dashed'}, data: limit(machine.budgetBytes, 'budget')}}]
    });
  }

  function drawSites(kept) {
    const top = kept.slice(0, 12);
    const label = site => site.label || site.function || 'unknown';
    charts.sites.setOption({
      textStyle, animation: false, grid: Object.assign({}, grid, {left: 320}), legend: {top: 0},
      tooltip: {trigger: 'axis', axisPointer: {type: 'shadow'}, formatter: lines => {
        const site = top[lines[0].dataIndex];
        return escaped(label(site)) + '<br>' + count(site.launches) + ' launches, ran ' + seconds(site.runSeconds)
          + '<br>on faults ' + seconds(site.stallSeconds) + ' (' + count(site.gpuFaults) + ' pages)<br>in ' + bytes(site.bytesToDevice)
          + ', out ' + bytes(site.bytesToHost);
      }},
      xAxis: {type: 'value', axisLabel: {formatter: seconds}},
      yAxis: {type: 'category', inverse: true, data: top.map(site => label(site)), axisLabel: {formatter: text => tail(text, 48)}},
      series: [
        {name: 'on faults', type: 'bar', color: '#d64545', data: top.map(site => site.stallSeconds)},
        {name: 'running', type: 'bar', color: '#2cb1bc', data: top.map(site => site.runSeconds)}
      ]
    }, true);
  }

  // ---- tables -----------------------------------------------------------------------------
  const TABLES = {
    hints: [['allocation', 'site', null], ['range', 'range', null], ['hint', 'hint', null], ['why', 'reason', null],
      ['saves', 'savedBytes', bytes], ['in time', 'savedSeconds', seconds]],
    allocations: [['allocation', 'name', null], ['kind', 'kind', null], ['size', 'bytes', bytes], ['times', 'instances', count],
      ['device faults', 'gpuFaults', count], ['host faults', 'cpuFaults', count], ['to the device', 'bytesToDevice', bytes],
      ['to the host', 'bytesToHost', bytes]]
  };
  const order = {hints: ['savedSeconds', -1], allocations: ['gpuFaults', -1]};
  data.allocations.forEach(each => { each.name = nameOf(each); });

  function drawTable(id, rows) {
    const [key, direction] = order[id];
    byId(id).tHead.innerHTML = '<tr>' + TABLES[id].map(([title, field, format]) => '<th' + (format ? ' class="number"' : '') + ' data-field="' + field + '"'
      + (field === key ? ' aria-sort="' + (direction < 0 ? 'descending' : 'ascending') + '"' : '') + '>' + title + '</th>').join('') + '</tr>';
    const sorted = [...rows].sort((a, b) => direction * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0));
    byId(id).tBodies[0].innerHTML = sorted.map(row => '<tr>' + TABLES[id].map(([, field, format]) =>
      '<td' + (format ? ' class="number"' : '') + '>' + escaped(format ? format(row[field]) : row[field]) + '</td>').join('') + '</tr>').join('');
    for (const head of byId(id).tHead.querySelectorAll('th')) {
      head.onclick = () => {
        const field = head.dataset.field;
        order[id] = [field, order[id][0] === field ? -order[id][1] : -1];
        draw();
      };
    }
  }

  // ---- filter -----------------------------------------------------------------------------
  function draw() {
    const wanted = byId('filter').value.trim().toLowerCase();
    const has = (...texts) => texts.some(text => text.toLowerCase().includes(wanted));
    const allocations = data.allocations.filter(each => has(each.site, each.label));
    const sites = data.sites.filter(each => has(each.label, each.function));
    const hints = data.hints.filter(each => has(each.site, each.hint, each.reason));
    drawHeat(allocations);
    drawSites(sites);
    drawTable('hints', hints);
    drawTable('allocations', allocations);
    byId('hint-note').textContent = data.hints.length === 0
      ? 'No hint pays: nothing was advised.' : 'Expected savings are over the whole recording, on its link.';
    byId('shown').textContent = allocations.length + ' of ' + data.allocations.length + ' allocations, ' + sites.length + ' of '
      + data.totals.sites + ' launch sites, ' + hints.length + ' of ' + data.hints.length + ' hints';
  }

  drawTimes();
  draw();
  for (const id of ['heat', 'launches', 'link', 'resident']) charts[id].group = 'time';
  echarts.connect('time');
  byId('filter').addEventListener('input', draw);
  byId('measure').addEventListener('change', draw);
  window.addEventListener('resize', () => Object.values(charts).forEach(chart => chart.resize()));
})();
