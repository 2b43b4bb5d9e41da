-- Asks for the addresses of a file in turn, one after another, and says in one line what came of it. Each is asked for by
-- another client, as a proxy tells it: limits for one client are not what is measured.
local requests = {}
local at = 0

function init(args)
  for path in io.lines(args[1]) do
    local number = #requests + 1
    wrk.headers["X-Forwarded-For"] = string.format("10.0.%d.%d", math.floor(number / 250), number % 250)
    requests[number] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("\nBENCH %d %d %d %d\n", summary.requests, summary.duration, failed, latency:percentile(99)))
end
