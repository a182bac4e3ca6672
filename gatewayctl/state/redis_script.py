"""The limit algorithms once more, in Lua: one script call a decision, atomic in the server, by the server's own clock.

It does what ``policy/limits`` does, in the same numbers; a test runs both side by side. ``KEYS`` are those of the
counters. ``ARGV`` has eight for each: algorithm, limit, window (microseconds), burst, cost, 1 if it only reports, lease,
milliseconds after which a lease that nobody renews is over. The answer has four numbers for each: 1 if it was within,
the wait, what remains, microseconds until all is there again (-1: nobody knows). A last number is the moment of all this.
"""

from typing import Final

DECIDE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local plans, refused = {}, false

local function numbers(key)
  local found = {}
  local kept = redis.call('GET', key)
  if kept then for word in string.gmatch(kept, '%S+') do found[#found + 1] = tonumber(word) end end
  return found
end

local function keep(key, record, milliseconds)
  local words = {}
  for i, number in ipairs(record) do words[i] = string.format('%.17g', number) end
  redis.call('SET', key, table.concat(words, ' '), 'PX', math.max(1, math.ceil(milliseconds)))
end

local algorithms = {}

function algorithms.fixed_window(p)
  local record = numbers(p.key)
  local began, taken = record[1] or now, record[2] or 0
  if taken == 0 or now >= began + p.window then began, taken = now, 0 end
  if now < began then began = now end
  p.within = taken + p.cost <= p.limit
  p.take = function()
    taken = taken + p.cost
    keep(p.key, {began, taken}, (began + p.window - now) / 1000 + 1)
  end
  p.wait = function() return began + p.window - now end
  p.state = function() return p.limit - taken, taken > 0 and began + p.window - now or 0 end
end

function algorithms.sliding_window(p)
  local record = numbers(p.key)
  local slot = math.floor(now * 8 / p.window)
  local slots = {0, 0, 0, 0, 0, 0, 0, 0, 0}
  local running = record[1] or slot
  local passed = slot - running
  if passed < 0 then
    if passed > -9 then slot = running end
    passed = 0
  end
  for i = 1, 9 - passed do slots[i + passed] = record[i + 1] or 0 end
  local taken = 0
  for i = 1, 9 do taken = taken + slots[i] end
  local function begins(number) return math.ceil(number * p.window / 8) - now end
  p.within = taken + p.cost <= p.limit
  p.take = function()
    slots[1] = slots[1] + p.cost
    taken = taken + p.cost
    keep(p.key, {slot, unpack(slots)}, begins(slot + 9) / 1000 + 1)
  end
  p.wait = function()
    local left = taken
    for later = 1, 9 do
      left = left - slots[10 - later]
      if left + p.cost <= p.limit then return begins(slot + later) end
    end
    return begins(slot + 9)
  end
  p.state = function()
    for age = 1, 9 do
      if slots[age] > 0 then return p.limit - taken, begins(slot - age + 1 + 9) end
    end
    return p.limit - taken, 0
  end
end

function algorithms.token_bucket(p)
  local record = numbers(p.key)
  local interval = p.window / p.limit
  local out = record[2] or 0
  if record[1] and now > record[1] then out = math.max(out - (now - record[1]) / interval, 0) end
  p.within = out + p.cost <= p.burst + 0.000001
  p.take = function()
    out = out + p.cost
    keep(p.key, {now, out}, out * interval / 1000 + 1)
  end
  p.wait = function() return math.floor((out + p.cost - p.burst) * interval) + 1 end
  p.state = function() return math.floor(p.burst - out + 0.000001), math.floor(out * interval) end
end

function algorithms.concurrency(p)
  redis.call('ZREMRANGEBYSCORE', p.key, '-inf', now)
  local held = redis.call('ZCARD', p.key)
  p.within = held + p.cost <= p.limit
  p.take = function()
    for i = 1, p.cost do redis.call('ZADD', p.key, now + p.lasts * 1000, p.lease .. '/' .. i) end
    redis.call('PEXPIRE', p.key, p.lasts)
    held = held + p.cost
  end
  p.wait = function() return 1000000 end
  p.state = function() return p.limit - held, -1 end
end

for i, key in ipairs(KEYS) do
  local at = (i - 1) * 8
  local p = {
    key = key, limit = tonumber(ARGV[at + 2]), window = tonumber(ARGV[at + 3]), burst = tonumber(ARGV[at + 4]),
    cost = tonumber(ARGV[at + 5]), reports = ARGV[at + 6] == '1', lease = ARGV[at + 7], lasts = tonumber(ARGV[at + 8]),
  }
  algorithms[ARGV[at + 1]](p)
  if not p.within and not p.reports then refused = true end
  plans[i] = p
end
local answer = {}
for i, p in ipairs(plans) do
  local wait = p.within and 0 or p.wait()
  if p.within and not refused then p.take() end
  local remaining, reset = p.state()
  answer[#answer + 1] = p.within and 1 or 0
  answer[#answer + 1] = wait
  answer[#answer + 1] = math.max(remaining, 0)
  answer[#answer + 1] = reset
end
answer[#answer + 1] = now
return answer
"""

GIVE_BACK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
  local at = (i - 1) * 6
  local algorithm, cost, lease = ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local limit, window, taken = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  if algorithm == 'concurrency' then
    for n = 1, cost do redis.call('ZREM', key, lease .. '/' .. n) end
  else
    local kept = redis.call('GET', key)
    if kept then
      local record = {}
      for word in string.gmatch(kept, '%S+') do record[#record + 1] = tonumber(word) end
      local place = 2
      if algorithm == 'fixed_window' and (taken < record[1] or taken >= record[1] + window) then place = 0 end
      if algorithm == 'sliding_window' then place = 2 + record[1] - math.floor(taken * 8 / window) end
      if algorithm == 'token_bucket' then cost = math.max(cost - math.max(now - taken, 0) * limit / window, 0) end
      if place >= 2 and place <= #record then record[place] = math.max(record[place] - cost, 0) end
      local words = {}
      for n, number in ipairs(record) do words[n] = string.format('%.17g', number) end
      redis.call('SET', key, table.concat(words, ' '), 'KEEPTTL')
    end
  end
end
return 1
"""
"""Six for each key: algorithm, cost, lease, limit, window, and when it was taken. See ``Algorithm.give_back``."""

RENEW: Final = """
for i, key in ipairs(KEYS) do
  local time = redis.call('TIME')
  local until_then = time[1] * 1000000 + time[2] + tonumber(ARGV[1]) * 1000
  for n = 1, tonumber(ARGV[i * 2 + 1]) do redis.call('ZADD', key, 'XX', until_then, ARGV[i * 2] .. '/' .. n) end
  redis.call('PEXPIRE', key, ARGV[1])
end
return 1
"""
"""``ARGV``: how many milliseconds a lease lasts, then lease and cost for each key."""
