extension HTMLPage {
    /// The rules that all pages have.
    ///
    /// Colours have a contrast of 4.5 or more for text and 3 or more for bars and lines, on both grounds; the series' hues
    /// are told apart by people who see colours differently (Okabe & Ito). ``SeriesColour`` has their names.
    package static let sharedStyle: HTML = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --raised: #f4f5f7; --line: #d5d9df; --text: #1b1f24; --faint: #57606a;
          --series-0: #0067b8; --series-1: #b35c00; --series-2: #00805a; --series-3: #a8447f;
          --series-4: #5b5fc7; --series-5: #6b6b00; --series-6: #6e7781;
          --new: #b7ecc4; --moved: #cfe3fb; --mark: #1b1f24;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --raised: #1e2329; --line: #3a424c; --text: #e8ebef; --faint: #a3adb8;
            --series-0: #56b4e9; --series-1: #e8a03a; --series-2: #2fc090; --series-3: #dd8fbd;
            --series-4: #9ea2ff; --series-5: #d3cf4a; --series-6: #8b949e;
            --new: #1d5a33; --moved: #1f4370; --mark: #e8ebef;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2.5rem) 3rem; max-width: 72rem;
          background: var(--ground); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        h1 {
          font-size: clamp(1.5rem, 4.5vw, 2.25rem); line-height: 1.15; letter-spacing: -0.01em; margin: 0 0 0.6rem;
          max-width: 46rem; overflow-wrap: anywhere; text-wrap: balance;
        }
        h2 {
          font-size: 1.25rem; margin: 3rem 0 0.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line);
          overflow-wrap: anywhere;
        }
        .lead { font-size: 1.1rem; max-width: 46rem; margin: 0 0 1.5rem; overflow-wrap: anywhere; text-wrap: pretty; }
        p, main li { max-width: 46rem; }
        code {
          font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.92em;
          overflow-wrap: anywhere;
        }
        :focus-visible { outline: 2px solid var(--series-0); outline-offset: 2px; border-radius: 2px; }
        footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 0.75rem; color: var(--faint); }
        .figures {
          list-style: none; margin: 0 0 1.5rem; padding: 0; display: grid; gap: 0.75rem;
          grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
        }
        .figures li {
          background: var(--raised); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem;
        }
        .figures li:first-child { border-left: 4px solid var(--series-0); }
        .figures strong { display: block; font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.01em; }
        .figures span { color: var(--faint); font-size: 0.9rem; }
        .more > summary { cursor: pointer; color: var(--faint); padding: 0.25rem 0; }
        .more[open] > summary { margin-bottom: 1rem; }
        .table {
          overflow-x: auto; margin: 0 0 1.5rem;
          /* A shade at the right, which its cover moves over once there is no more to scroll to. */
          background:
            linear-gradient(to left, var(--ground) 30%, transparent) right / 3rem 100% no-repeat local,
            linear-gradient(to left, var(--line), transparent) right / 0.6rem 100% no-repeat scroll;
        }
        table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--faint); padding-bottom: 0.4rem; }
        caption > span, th[colspan] > span {
          position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2 * clamp(0.75rem, 3vw, 2.5rem));
          white-space: normal;
        }
        th, td { text-align: left; padding: 0.35rem 0.75rem; white-space: nowrap; font-weight: normal; }
        th:first-child { padding-left: 0; position: sticky; left: 0; background: var(--ground); }
        th[colspan] { position: static; padding-top: 1rem; }
        thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
        tbody tr { border-bottom: 1px solid var(--line); }
        tbody tr:hover > :not([colspan]) { background: var(--raised); }
        tr.line { border-top: 2px solid var(--faint); }
        tr.strong > * { font-weight: 600; }
        tr.faint > * { color: var(--faint); }
        th.number, td.number { text-align: right; }
        @media (max-width: 32rem) {
          th, td { padding-inline: 0.5rem; }
          tbody th:first-child:not([colspan]) { max-width: 42vw; overflow: hidden; text-overflow: ellipsis; }
        }
        figure { margin: 0 0 2rem; }
        figcaption { font-weight: 600; margin-bottom: 0.5rem; text-wrap: pretty; }
        figure svg { display: block; width: 100%; overflow: visible; }
        figure svg text { fill: var(--text); font-size: 13px; font-variant-numeric: tabular-nums; }
        figure svg .faint { fill: var(--faint); font-size: 12px; }
        figure svg .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
        figure svg .grid { stroke: var(--line); stroke-width: 1; }
        figure svg path { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .plot { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); padding-right: 0.25rem; }
        .ends {
          grid-column: 2; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem;
          color: var(--faint); font-size: 12px; overflow-wrap: anywhere;
        }
        @media (max-width: 32rem) { figure svg .between { display: none; } }
        .legend {
          list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.5rem; padding: 0;
        }
        .legend svg { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; }
        .legend svg.stroke { width: 1.8rem; }
        .legend line { stroke-width: 2; }
        .fill-0 { fill: var(--series-0); } .fill-1 { fill: var(--series-1); } .fill-2 { fill: var(--series-2); }
        .fill-3 { fill: var(--series-3); } .fill-4 { fill: var(--series-4); } .fill-5 { fill: var(--series-5); }
        .fill-6 { fill: var(--series-6); }
        .line-0 { stroke: var(--series-0); } .line-1 { stroke: var(--series-1); stroke-dasharray: 8 3; }
        .line-2 { stroke: var(--series-2); stroke-dasharray: 2 3; }
        .line-3 { stroke: var(--series-3); stroke-dasharray: 10 3 2 3; }
        .line-4 { stroke: var(--series-4); stroke-dasharray: 5 2; } .line-5 { stroke: var(--series-5); stroke-dasharray: 1 2; }
        .line-6 { stroke: var(--series-6); }
        @media print {
          :root { color-scheme: only light; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          h2 { break-after: avoid; }
          figure, tr, .figures li { break-inside: avoid; }
          figure svg rect, .legend svg, .figures li { print-color-adjust: exact; }
          .table { overflow: visible; background: none; }
          table { font-size: 8pt; }
          th, td { padding: 0.15rem 0.4rem; }
          th:first-child { position: static; }
        }

        """
}
