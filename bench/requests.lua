-- Sends what the file of the environment lists, one after the other and from the beginning again: a method, a path and a token
-- a line. Each of wrk's threads has every n-th of the lines for itself.
local lines, threads = {}, 0
for line in io.lines(os.getenv("BENCH_REQUESTS")) do lines[#lines + 1] = line end

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

local requests, at = {}, 0

function init()
  for line = 1 + first, #lines, tonumber(os.getenv("BENCH_THREADS")) do
    local method, path, token = lines[line]:match("(%S+) (%S+) (%S+)")
    requests[#requests + 1] = wrk.format(method, path, {["Authorization"] = "Bearer " .. token})
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
