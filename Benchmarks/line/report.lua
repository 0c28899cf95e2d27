-- What wrk measured, as one line of JSON: times in microseconds.
function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format('{"requests":%d,"microseconds":%d,"bytes":%d,"p50":%.1f,"p99":%.1f,"failures":%d}\n',
      summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
