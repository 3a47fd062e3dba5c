-- One visit to the line that several gateways share: gateway/waiting/line.py, step by step, in one act.
-- KEYS: waiting, seen, called, came (sorted sets: by number, last seen, called at, came in at), state (hash).
-- ARGV: now, number or "", pace a minute or -1, burst, inside or 0, inside_seconds, held (0 or 1),
--       absent, kept, again, gathering, measured (seconds), most_calls.
local waiting, seen, called, came, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local number, pace, burst = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local inside, span, held = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == "1"
local absent, kept, again = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local gathers, measures, most = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local function exact(value) return string.format("%.17g", value) end
local function whole(value) return string.format("%.0f", value) end
local function get(name) return tonumber(redis.call("HGET", state, name)) end

local before = get("now") or 0
local now = math.max(tonumber(ARGV[1]), before)
local began, tokens = get("began"), get("tokens")
if not began then began = now end
if not tokens or pace < 0 then tokens = burst
else tokens = math.min(burst, tokens + pace / 60 * (now - before)) end
local lapsed = 0
for _, one in ipairs(redis.call("ZRANGEBYSCORE", called, "-inf", exact(now - absent), "LIMIT", 0, most)) do
  redis.call("ZREM", called, one)
  tokens = math.min(burst, tokens + 1)
  lapsed = lapsed + 1
end
for _, one in ipairs(redis.call("ZRANGEBYSCORE", seen, "-inf", exact(now - absent), "LIMIT", 0, most - lapsed)) do
  redis.call("ZREM", seen, one)
  redis.call("ZREM", waiting, one)
  lapsed = lapsed + 1
end
redis.call("ZREMRANGEBYSCORE", came, "-inf", exact(now - kept))

local let_in = false
if number ~= "" then
  local at = redis.call("ZSCORE", came, number)
  if at then
    if now - tonumber(at) > again then number = "" else let_in = true end
  elseif redis.call("ZREM", called, number) == 1 then
    redis.call("ZADD", came, exact(now), number)
    let_in = true
  end
end
if number == "" then
  local last = math.max((get("last") or 0) + 1, math.floor(now * 1000))
  number = whole(last)
  redis.call("HSET", state, "last", number)
end
local gathering = get("gathering") or 0
if not let_in then
  if redis.call("ZADD", waiting, number, number) == 1 and gathering == 0 and tonumber(number) < math.floor(began * 1000) then
    gathering = began + gathers
    redis.call("HSET", state, "gathering", exact(gathering))
  end
  redis.call("ZADD", seen, exact(now), number)
  if not held and now >= gathering then
    local free = pace < 0 and most or math.min(most, math.floor(tokens))
    if inside > 0 then
      free = math.min(free, inside - redis.call("ZCOUNT", came, exact(now - span), "+inf") - redis.call("ZCARD", called))
    end
    if free > 0 then
      local popped = redis.call("ZPOPMIN", waiting, free)
      for place = 1, #popped, 2 do
        redis.call("ZREM", seen, popped[place])
        redis.call("ZADD", called, exact(now), popped[place])
        if pace >= 0 then tokens = tokens - 1 end
      end
    end
  end
  if redis.call("ZREM", called, number) == 1 then
    redis.call("ZADD", came, exact(now), number)
    let_in = true
  end
end

local count = redis.call("ZCARD", waiting)
local since = get("since")
if count == 0 then
  redis.call("HDEL", state, "since")
  since = nil
elseif not since then
  since = now
  redis.call("HSET", state, "since", exact(now))
end
redis.call("HSET", state, "now", exact(now), "began", exact(began), "tokens", exact(tokens))
-- Nothing of a vote stays for days; and a store that is short of memory lets go of what ends sooner first.
for _, key in ipairs(KEYS) do redis.call("EXPIRE", key, 86400) end
local ahead = let_in and 0 or redis.call("ZRANK", waiting, number)
local counted, span_measured = 0, 0
if since then
  local begins = math.max(since, now - measures)
  counted = redis.call("ZCOUNT", came, exact(begins), "+inf")
  span_measured = now - begins
end
return {number, let_in and 1 or 0, ahead, count, counted, exact(span_measured), lapsed}
