-- The module's peer inside Fluent Bit: the same mapping as mimecast_udm_plain (docs/grammar.md, docs/event.md), as a Lua
-- filter. `npm run bench` measures the two side by side; test/lua.test.ts holds their events against each other.
--
--   filters:
--     - name: lua
--       match: "*"
--       script: bench/lua/mimecast.lua
--       call: mimecast_udm
--
-- What is not as in the module:
-- - members have no order, as in every Lua table;
-- - the line is the text under `log`; what stands beside it in the record is not read;
-- - bytes that are not UTF-8 stay as they are, for the output to repair, so they count as one byte and not as three where
--   `acc` is measured against its 256 bytes;
-- - without time_as_table the host hands its time over as a double: less than a microsecond of it is lost where a line has
--   no time of its own.

local buffer = require("string.buffer")
local clear = require("table.clear")
local new = require("table.new")

local byte, char, find, format, gsub = string.byte, string.char, string.find, string.format, string.gsub
local lower, match, sub = string.lower, string.match, string.sub
local floor, sort, concat = math.floor, table.sort, table.concat
local type, tonumber = type, tonumber

---------------------------------------------------------------------------------------------------------------------
-- The dictionary

-- Fields by their first name, with the other names of the same field.
local NAMES = [[
datetime timestamp
aCode processingId
acc accountId
IP
RejType rejectionType
Error receiptErrors
RejCode rejectionCode
Dir direction
headerFrom senderHeader
Sender sender senderEnvelope
Rcpt
Act
RejInfo rejectionInfo
TlsVer tlsVersion
Cphr tlsCipher
Hld holdReason
AttSize totalSizeAttachments
IPNewDomain ipNewDomain
IPReplyMismatch ipReplyMismatch
AttCnt numberAttachments
IPInternalName ipUserName
AttNames attachments
MsgSize
MsgId msgid messageId
IPThreadDict ipThreatDictionary
IPSimilarDomain ipSimilarDomain
Delivered delivered
Err deliveryErrors
ReceiptAck
Subject subject
Attempt deliveryAttempts
Snt
UseTls tlsUsed
MimecastIP
fileName
sha256
Size size sizeAttachment
Recipient recipient Receipient
SenderDomain senderDomain
fileExt fileExtension
Virus virusFound
sha1
SenderDomainInternal senderDomainInternal
fileMime
CustomerIP
Route route
md5
SourceIP sourceIp
UrlCategory urlCategory
ScanResultInfo scanResults
URL url
Definition policyDefinition
Hits itemsDetected
Action
TaggedExternal taggedExternal
TaggedMalicious taggedMalicious
InternalName internalUserName
CustomName customNameMatch
NewDomain newDomain
SimilarInternalDomain similarInternalDomain
SimilarCustomExternalDomain similarCustomExternalDomain
SimilarMimecastExternalDomain similarMimecastExternalDomain
ReplyMismatch replyMismatch
ThreatDictionary mimecastThreatDictionary
reason blockReason
SpamLimit spamDetectionLevel
SpamInfo spamInfo
SpamProcessingDetail spamProcessingDetail
SpamScore spamScore
Latency deliveryTime
RcptActType
RcptHdrType
credentialTheft
CustomThreatDictionary customThreatDictionary
IPThreatDict
aggregateId
subtype
Hostname
analysis
monitoredDomainSource
similarDomain
type eventType
_offset
_partition
filename_for_malachite
action
recipients
emailSize
senderIp
destinationIp
]]

local function set(words)
  local members = {}
  for word in words:gmatch("%S+") do members[word] = true end
  return members
end

-- Free text of strangers, which may hold "|" and what looks like keys.
local TEXT = set("Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName")
-- What strangers can choose: a key first seen behind one of these may be forged.
local STRANGER = set([[Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName
  MsgId Rcpt Recipient recipients SenderDomain fileExt fileMime URL Virus]])

local FIELD = {} -- name to field
local RANK = {} -- field to its place in the dictionary

-- What has been read of the present line. All fields are put into the tables once, so that no line makes them grow.
local value, came = {}, {} -- field to value (nil if absent), and to the name it came under
local fields, count = {}, 0 -- the fields seen, in order
local first_stranger = 0 -- the place in `fields` of the first one of a stranger; 0 if there was none
local unknown, unknown_names, unknown_count -- name to value (false if absent); nil if there was none
local unknown_late, kept, extra
local lost, lost_count -- losing values: field or unknown key, name, value, …; nil if there was none
local unparsed

local rank = 0
for entry in NAMES:gmatch("[^\n]+") do
  local field = entry:match("^%S+")
  rank = rank + 1
  RANK[field], value[field], came[field] = rank, "", ""
  for name in entry:gmatch("%S+") do FIELD[name] = field end
end
for field in pairs(RANK) do value[field], came[field] = nil, nil end

local function forget()
  for i = 1, count do
    local field = fields[i]
    value[field], came[field] = nil, nil
  end
  count, first_stranger = 0, 0
  unknown, lost, unparsed = nil, nil, nil
end

---------------------------------------------------------------------------------------------------------------------
-- Keys and their values

local function lose(group, name, text)
  if not lost then lost, lost_count = {}, 0 end
  lost[lost_count + 1], lost[lost_count + 2], lost[lost_count + 3] = group, name, text or false
  lost_count = lost_count + 3
end

-- A field that was seen before: the first value counts, or the last one if a stranger could have written the first.
local function add_again(field, name, text, json)
  local place = 1
  while fields[place] ~= field do place = place + 1 end
  if json or first_stranger == 0 or place <= first_stranger then
    lose(field, name, text)
  else
    lose(field, came[field], value[field])
    value[field], came[field] = text, name
  end
end

local function add(field, name, text, json)
  if came[field] then return add_again(field, name, text, json) end
  count = count + 1
  fields[count], came[field], value[field] = field, name, text
  if first_stranger == 0 and STRANGER[field] then first_stranger = count end
end

local MOST_UNKNOWN = 256

-- Names that the event needs for itself, and names beyond the 256th.
local function must_be_renamed(name)
  local first = byte(name, 1)
  if not first or (first >= 48 and first <= 57) then return true end
  if sub(name, 1, 10) == "duplicate." or sub(name, 1, 6) == "extra." then return true end
  if name == "unparsed" or name == "mimecast_log_type" then return true end
  return unknown[name] == nil and kept >= MOST_UNKNOWN
end

local function add_unknown(name, text, json)
  if not unknown then
    unknown, unknown_names, unknown_late, unknown_count, kept, extra = {}, {}, {}, 0, 0, 0
  end
  local called = name
  if must_be_renamed(name) then
    extra = extra + 1
    called = "extra." .. extra .. "." .. name
  elseif unknown[name] ~= nil then
    if json or not unknown_late[name] then
      lose(name, name, text)
    else
      lose(name, name, unknown[name] or nil)
      unknown[name] = text or false
    end
    return
  else
    kept = kept + 1
  end
  unknown_count = unknown_count + 1
  unknown_names[unknown_count], unknown[called] = called, text or false
  unknown_late[called] = first_stranger > 0
end

---------------------------------------------------------------------------------------------------------------------
-- key=value

local LONGEST_KEY = 64

-- The value between two places of the line: bars off its end, in text one backslash off each end; nil if absent.
local function between(line, from, to, text)
  while to >= from and byte(line, to) == 124 do to = to - 1 end
  if text then
    if to >= from and byte(line, from) == 92 then from = from + 1 end
    if to >= from and byte(line, to) == 92 then to = to - 1 end
  end
  if to < from then return nil end
  local found = sub(line, from, to)
  if found == "null" or found == "<>" then return nil end
  return found
end

-- What stands before the first key; nil if it is nothing but bars.
local function without_bars(line, to)
  while to > 0 and byte(line, to) == 124 do to = to - 1 end
  return to > 0 and sub(line, 1, to) or nil
end

local function read_pairs(line)
  local behind = #line + 1
  local at, equals = 1, find(line, "=", 1, true) or behind
  local name, field, from, is_text
  local strange, known = 0, false
  while true do
    local bar = find(line, "|", at, true) or behind
    if equals < at then equals = find(line, "=", at, true) or behind end
    if equals < bar and equals > at and equals - at <= LONGEST_KEY then
      local key = sub(line, at, equals - 1)
      local its = FIELD[key]
      if its or (not is_text and strange < MOST_UNKNOWN and find(key, "^%a[%w_.-]*$")) then
        if field then
          add(field, name, between(line, from, at - 2, is_text))
        elseif name then
          add_unknown(name, between(line, from, at - 2))
        elseif at > 1 then
          unparsed = without_bars(line, at - 2)
        end
        name, field, from = key, its, equals + 1
        is_text = its and TEXT[its]
        if its then known = true else strange = strange + 1 end
      end
    end
    if bar == behind then break end
    at = bar + 1
  end
  if field then
    add(field, name, between(line, from, behind - 1, is_text))
  elseif name then
    add_unknown(name, between(line, from, behind - 1))
  end
  if not known then return "not_mimecast" end
end

---------------------------------------------------------------------------------------------------------------------
-- JSON

local MOST_LEVELS = 128
local LONGEST_HEAD = 4096

local bad_escape
local SHORT = setmetatable({
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}, {
  __index = function() bad_escape = true end,
})

local function utf8(code)
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xc0 + floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return char(0xe0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
  end
  return char(0xf0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64,
    0x80 + code % 64)
end

-- A string with \u in it; a lone surrogate becomes U+FFFD. Nil for an escape that is none.
local function unescape(text)
  local parts, at = buffer.new(), 1
  while true do
    local slash = find(text, "\\", at, true)
    if not slash then break end
    parts:put(sub(text, at, slash - 1))
    at = slash + 2
    if byte(text, slash + 1) ~= 117 then
      local meant = SHORT[sub(text, slash + 1, slash + 1)]
      if not meant then return nil end
      parts:put(meant)
    else
      local digits = match(text, "^%x%x%x%x", at)
      if not digits then return nil end
      at = at + 4
      local code = tonumber(digits, 16)
      if code >= 0xd800 and code < 0xdc00 then
        local low = tonumber(match(text, "^\\u(%x%x%x%x)", at) or "0", 16)
        if low >= 0xdc00 and low < 0xe000 then
          code, at = 0x10000 + (code - 0xd800) * 1024 + low - 0xdc00, at + 6
        end
      end
      if code >= 0xd800 and code < 0xe000 then code = 0xfffd end
      parts:put(utf8(code))
    end
  end
  return parts:put(sub(text, at)):tostring()
end

local function has_control(text)
  for i = 1, #text do
    if byte(text, i) < 32 then return true end
  end
  return false
end

-- The string whose first quote is at `at`, decoded, and the place behind it. Nil if it is none.
local function read_string(source, at, controls)
  local from = at + 1
  local quote = find(source, '"', from, true)
  while true do
    if not quote then return nil end
    local before = quote - 1
    while before >= from and byte(source, before) == 92 do before = before - 1 end
    if (quote - before) % 2 == 1 then break end
    quote = find(source, '"', quote + 1, true)
  end
  local text = sub(source, from, quote - 1)
  if controls and has_control(text) then return nil end
  if find(text, "\\", 1, true) then
    if find(text, "\\u", 1, true) then
      text = unescape(text)
      if not text then return nil end
    else
      bad_escape = false
      text = gsub(text, "\\(.)", SHORT)
      if bad_escape then return nil end
    end
  end
  return text, quote + 1
end

local function skip_space(source, at)
  while true do
    local b = byte(source, at)
    if b ~= 32 and b ~= 9 and b ~= 10 and b ~= 13 then return at end
    at = at + 1
  end
end

local function skip_digits(source, at)
  local from = at
  while true do
    local b = byte(source, at)
    if not b or b < 48 or b > 57 then break end
    at = at + 1
  end
  return at > from and at or nil
end

-- Behind the number at `at`; nil if there is none.
local function skip_number(source, at)
  if byte(source, at) == 45 then at = at + 1 end
  local stop = byte(source, at) == 48 and at + 1 or skip_digits(source, at)
  if not stop then return nil end
  if byte(source, stop) == 46 then stop = skip_digits(source, stop + 1) or stop end
  local e = byte(source, stop)
  if e == 101 or e == 69 then
    local sign = byte(source, stop + 1)
    stop = skip_digits(source, (sign == 43 or sign == 45) and stop + 2 or stop + 1) or stop
  end
  return stop
end

-- Behind the number, true, false or null at `at`; nil if there is none.
local function skip_literal(source, at)
  local b = byte(source, at)
  if b == 116 then return sub(source, at, at + 3) == "true" and at + 4 or nil end
  if b == 102 then return sub(source, at, at + 4) == "false" and at + 5 or nil end
  if b == 110 then return sub(source, at, at + 3) == "null" and at + 4 or nil end
  return skip_number(source, at)
end

-- Behind the value at `at`; nil and a code if there is none, or one that is too deep within `level` brackets.
local function skip_value(source, at, level, controls)
  local b = byte(source, at)
  if b == 34 then
    local _, stop = read_string(source, at, controls)
    return stop, "bad_json"
  end
  if b ~= 123 and b ~= 91 then return skip_literal(source, at), "bad_json" end
  if level >= MOST_LEVELS then return nil, "deep_json" end
  local close = b + 2
  at = skip_space(source, at + 1)
  if byte(source, at) == close then return at + 1 end
  while true do
    if close == 125 then
      if byte(source, at) ~= 34 then return nil, "bad_json" end
      local _, stop = read_string(source, at, controls)
      if not stop then return nil, "bad_json" end
      at = skip_space(source, stop)
      if byte(source, at) ~= 58 then return nil, "bad_json" end
      at = skip_space(source, at + 1)
    end
    local stop, code = skip_value(source, at, level + 1, controls)
    if not stop then return nil, code end
    at = skip_space(source, stop)
    local after = byte(source, at)
    if after == close then return at + 1 end
    if after ~= 44 then return nil, "bad_json" end
    at = skip_space(source, at + 1)
  end
end

-- Sound JSON without the white space outside its strings.
local function compact(text)
  if not find(text, "%s") then return text end
  local parts, at = buffer.new(), 1
  while true do
    local quote = find(text, '"', at, true)
    parts:put((gsub(sub(text, at, (quote or 0) - 1), "%s+", "")))
    if not quote then return parts:tostring() end
    local _, stop = read_string(text, quote)
    parts:put(sub(text, quote, stop - 1))
    at = stop
  end
end

-- A line that starts with "{": adds its members. Answers nil, or the code of why it cannot be read.
local function read_object(line)
  local controls = has_control(line)
  local head, known = true, false -- whether only strings, numbers and words came so far
  local at = skip_space(line, 2)
  if byte(line, at) ~= 125 then
    while true do
      if byte(line, at) ~= 34 then return "bad_json" end
      local name, stop = read_string(line, at, controls)
      if not name then return "bad_json" end
      at = skip_space(line, stop)
      if byte(line, at) ~= 58 then return "bad_json" end
      at = skip_space(line, at + 1)
      local b, text = byte(line, at), nil
      if b == 34 then
        text, stop = read_string(line, at, controls)
        if not text then return "bad_json" end
        if text == "" or text == "null" or text == "<>" then text = nil end
      else
        local nested = b == 123 or b == 91
        local code
        stop, code = skip_value(line, at, 1, controls)
        if head and b == 91 and name == "data" and at <= LONGEST_HEAD and (stop or code == "deep_json") then
          return "several_records"
        end
        if not stop then return code end
        if nested then head = false end
        if b ~= 110 then text = sub(line, at, stop - 1) end
        if nested then text = compact(text) end
      end
      local field = FIELD[name]
      if field then known = true end
      if text then
        if field then add(field, name, text, true) else add_unknown(name, text, true) end
      end
      at = skip_space(line, stop)
      local after = byte(line, at)
      if after == 125 then break end
      if after ~= 44 then return "bad_json" end
      at = skip_space(line, at + 1)
    end
  end
  at = skip_space(line, at + 1)
  if at <= #line then
    if byte(line, at) == 123 or sub(line, at, at + 8) == "datetime=" then return "several_records" end
    return "bad_json"
  end
  if not known then return "not_mimecast" end
end

---------------------------------------------------------------------------------------------------------------------
-- Values

local function two_digits(text, at)
  local tens, ones = byte(text, at, at + 1)
  if not ones or tens < 48 or tens > 57 or ones < 48 or ones > 57 then return 100 end
  return tens * 10 + ones - 528
end

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(year, month)
  if month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) then return 29 end
  return DAYS[month] or 0
end

-- yyyy-MM-ddTHH:mm:ss of seconds since 1970.
local function civil(seconds)
  local days = floor(seconds / 86400)
  local rest = seconds - days * 86400
  -- Days to a date of the proleptic Gregorian calendar: https://howardhinnant.github.io/date_algorithms.html
  days = days + 719468
  local era = floor(days / 146097)
  local day = days - era * 146097
  local year = floor((day - floor(day / 1460) + floor(day / 36524) - floor(day / 146096)) / 365)
  day = day - (365 * year + floor(year / 4) - floor(year / 100))
  local month = floor((5 * day + 2) / 153)
  day = day - floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  year = year + era * 400 + (month <= 2 and 1 or 0)
  return format("%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, floor(rest / 3600), floor(rest / 60) % 60,
    rest % 60)
end

local LATEST_MILLISECOND = 253402300799999

local function milliseconds(text)
  if #text > 15 or find(text, "%D") then return nil end
  local number = tonumber(text)
  if number > LATEST_MILLISECOND then return nil end
  return civil(floor(number / 1000)) .. format(".%03dZ", number % 1000)
end

-- RFC 3339 of a datetime; nil if it is none.
local function timestamp(text)
  local century, years = two_digits(text, 1), two_digits(text, 3)
  if byte(text, 5) ~= 45 then return milliseconds(text) end
  if century > 99 or years > 99 then return nil end
  local year, month, day = century * 100 + years, two_digits(text, 6), two_digits(text, 9)
  if year < 1 or day < 1 or day > days_in(year, month) then return nil end
  if byte(text, 8) ~= 45 or byte(text, 11) ~= 84 or two_digits(text, 12) > 23 or byte(text, 14) ~= 58 then
    return nil
  end
  local at = byte(text, 15) == 32 and 16 or 15
  if two_digits(text, at) > 59 or byte(text, at + 2) ~= 58 or two_digits(text, at + 3) > 59 then return nil end
  local zone = at + 5
  if byte(text, zone) == 46 then
    local stop = skip_digits(text, zone + 1)
    if not stop or stop - zone > 10 then return nil end
    zone = stop
  end
  local clock = at == 15 and sub(text, 1, zone - 1) or sub(text, 1, 14) .. sub(text, 16, zone - 1)
  local sign, size = byte(text, zone), #text
  if not sign or (sign == 90 and zone == size) then return clock .. "Z" end
  if sign ~= 43 and sign ~= 45 then return nil end
  local minutes = byte(text, zone + 3) == 58 and zone + 4 or zone + 3
  if two_digits(text, zone + 1) > 23 or two_digits(text, minutes) > 59 or minutes + 1 ~= size then return nil end
  return clock .. sub(text, zone, zone + 2) .. ":" .. sub(text, minutes, size)
end

-- With 0, 3, 6 or 9 decimals, the fewest that hold it.
local function host_time(time)
  local seconds, nanoseconds
  if type(time) == "table" then
    seconds, nanoseconds = time.sec, time.nsec
  else
    seconds = floor(time)
    nanoseconds = floor((time - seconds) * 1e9)
  end
  local decimals = format("%09d", nanoseconds)
  while sub(decimals, -3) == "000" do decimals = sub(decimals, 1, -4) end
  return civil(seconds) .. (decimals == "" and "Z" or "." .. decimals .. "Z")
end

-- Spaces and tabs off the ends of what stands between two places.
local function trimmed(text, from, to)
  while from <= to do
    local b = byte(text, from)
    if b ~= 32 and b ~= 9 then break end
    from = from + 1
  end
  while to >= from do
    local b = byte(text, to)
    if b ~= 32 and b ~= 9 then break end
    to = to - 1
  end
  return from, to
end

-- The address between two places of a text, and whether it stands there alone; nil if there is none.
local function address(text, from, to)
  from, to = trimmed(text, from, to)
  local alone = true
  if byte(text, to) == 62 then
    local open = to
    repeat open = open - 1 until open < from or byte(text, open) == 60
    if open >= from then from, to, alone = open + 1, to - 1, false end
  end
  local at, quoted = 0, false
  for i = from, to do
    local b = byte(text, i)
    if b < 33 or b == 127 or b == 60 or b == 62 then return nil end
    if b == 34 then
      quoted = not quoted
    elseif b == 64 and not quoted then
      if at > 0 then return nil end
      at = i
    end
  end
  if quoted or at <= from or at == to then return nil end
  return sub(text, from, to), alone
end

local function address_of(text)
  return text and (address(text, 1, #text)) or nil
end

-- Behind the part of a list at `at`: the next comma outside quotes, or the end.
local function part_end(text, at)
  local quoted = false
  for i = at, #text do
    local b = byte(text, i)
    if b == 34 then
      quoted = not quoted
    elseif b == 44 and not quoted then
      return i
    end
  end
  return #text + 1
end

-- The valid addresses of a list, nil if there is none, and whether every part is an address by itself.
local function addresses(text)
  if not text then return nil end
  if not find(text, ",", 1, true) then
    local found, alone = address(text, 1, #text)
    if not found then return nil end
    return { found }, alone
  end
  local list, size, pure, at = nil, 0, true, 1
  while at <= #text + 1 do
    local stop = part_end(text, at)
    local found, alone = address(text, at, stop - 1)
    if found then
      list, size = list or {}, size + 1
      list[size] = found
    end
    if not alone then pure = false end
    at = stop + 1
  end
  return list, pure
end

-- The names of attachments, nil if there is none, how many they are, and whether the quotes are even.
local function attachment_names(text)
  local names, size, at = nil, 0, 1
  while at <= #text + 1 do
    local stop = part_end(text, at)
    local name = sub(text, at, stop - 1)
    if find(name, '"', 1, true) then name = gsub(name, '"', "") end
    local from, to = trimmed(name, 1, #name)
    if from <= to then
      names, size = names or {}, size + 1
      names[size] = sub(name, from, to)
    end
    at = stop + 1
  end
  local even = true
  local quote = find(text, '"', 1, true)
  while quote do
    even = not even
    quote = find(text, '"', quote + 1, true)
  end
  return names, size, even
end

local LARGEST_UNSIGNED = "18446744073709551615"

local function unsigned(text)
  if not text then return nil end
  local size = #text
  if size > 20 or skip_digits(text, 1) ~= size + 1 then return nil end
  if byte(text, 1) == 48 and size > 1 then return nil end
  if size == 20 and text > LARGEST_UNSIGNED then return nil end
  return text
end

local function is_ipv4(text)
  local at = 1
  for part = 1, 4 do
    local number, from = 0, at
    while true do
      local b = byte(text, at)
      if not b or b < 48 or b > 57 then break end
      number, at = number * 10 + b - 48, at + 1
    end
    if at == from or number > 255 or (byte(text, from) == 48 and at > from + 1) then return false end
    if part < 4 then
      if byte(text, at) ~= 46 then return false end
      at = at + 1
    end
  end
  return at == #text + 1
end

-- How many 16-bit groups stand in a part beside "::"; nil if something else does.
local function count_groups(text, last)
  if text == "" then return 0 end
  local groups, at = 0, 1
  while true do
    local colon = find(text, ":", at, true)
    local part = sub(text, at, (colon or 0) - 1)
    if find(part, "^%x%x?%x?%x?$") then
      groups = groups + 1
    elseif last and not colon and is_ipv4(part) then
      groups = groups + 2
    else
      return nil
    end
    if not colon then return groups end
    at = colon + 1
  end
end

local function is_ipv6(text)
  local gap = find(text, "::", 1, true)
  if not gap then return count_groups(text, true) == 8 end
  local tail = sub(text, gap + 2)
  if find(tail, "::", 1, true) then return false end
  local before, behind = count_groups(sub(text, 1, gap - 1), false), count_groups(tail, true)
  return before ~= nil and behind ~= nil and before + behind <= 7
end

local function ip_address(text)
  if text and (is_ipv4(text) or (find(text, ":", 1, true) and is_ipv6(text))) then return text end
end

local function hash(text, digits)
  if text and #text == digits and not find(text, "%X") then return lower(text) end
end

-- In whole thousandths.
local function spam_number(text)
  if not text then return nil end
  local sign = byte(text, 1) == 45 and 1 or 0
  local stop = skip_digits(text, sign + 1)
  if not stop then return nil end
  local number = math.min(tonumber(sub(text, sign + 1, stop - 1)), 999999999) * 1000
  if stop <= #text then
    local behind = byte(text, stop) == 46 and skip_digits(text, stop + 1)
    if not behind or behind <= #text then return nil end
    number = number + tonumber(sub(sub(text, stop + 1) .. "00", 1, 3))
  end
  return sign == 1 and -number or number
end

local function url_with_scheme(text)
  if find(text, "^%a[%w+.-]*://") or find(text, "^%a[%w+-]*:%D") then return text end
  return "http://" .. text
end

---------------------------------------------------------------------------------------------------------------------
-- SpamProcessingDetail

local CHECKS = {}
local DETAILS = {}
for check in ("spf dkim dmarc"):gmatch("%S+") do
  CHECKS[check] = { allow = check .. ".allow", info = check .. ".info" }
  DETAILS[#DETAILS + 1] = check .. ".allow"
  DETAILS[#DETAILS + 1] = check .. ".info"
end

local detail = {} -- what the present line says

-- The object at `at`, one of the checks or, without one, that of all checks. Answers the place behind it, or nil.
local function read_detail(source, at, check, controls)
  at = skip_space(source, at + 1)
  if byte(source, at) == 125 then return at + 1 end
  while true do
    if byte(source, at) ~= 34 then return nil end
    local name, stop = read_string(source, at, controls)
    if not name then return nil end
    at = skip_space(source, stop)
    if byte(source, at) ~= 58 then return nil end
    at = skip_space(source, at + 1)
    local b = byte(source, at)
    local key, inner = check and check[name], not check and CHECKS[name]
    if inner then detail[inner.allow], detail[inner.info] = nil, nil end -- of repeated members the last counts
    if key and b == 34 then
      detail[key], at = read_string(source, at, controls)
    elseif inner and b == 123 then
      at = read_detail(source, at, inner, controls)
    else
      stop = skip_value(source, at, check and 2 or 1, controls)
      if stop and key then
        local scalar = b ~= 123 and b ~= 91 and b ~= 110
        detail[key] = scalar and sub(source, at, stop - 1) or nil
      end
      at = stop
    end
    if not at then return nil end
    at = skip_space(source, at)
    local after = byte(source, at)
    if after == 125 then return at + 1 end
    if after ~= 44 then return nil end
    at = skip_space(source, at + 1)
  end
end

-- Fills `detail`; answers whether the text is an object, or a string that holds one.
local function spam_detail(text, in_string)
  local at = skip_space(text, 1)
  local b = byte(text, at)
  local controls = has_control(text)
  if b == 34 and not in_string then
    local inner, stop = read_string(text, at, controls)
    return inner and skip_space(text, stop) > #text and spam_detail(inner, true)
  end
  if b ~= 123 then return false end
  clear(detail)
  local stop = read_detail(text, at, nil, controls)
  return stop and skip_space(text, stop) > #text
end

---------------------------------------------------------------------------------------------------------------------
-- Log type

local LOG_TYPES = {}
for _, name in ipairs({ "receipt", "process", "delivery", "journal", "av", "spam", "attachment protect",
  "url protect", "impersonation protect", "internal email protect" }) do
  LOG_TYPES[name] = name
end

local PREFIXES = {
  receipt_ = "receipt", process_ = "process", delivery_ = "delivery", jrnl_ = "journal", av_ = "av",
  spameventthread_ = "spam", ttp_url_ = "url protect", ttp_ap_ = "attachment protect",
  impersonation_ = "impersonation protect", iep_ = "internal email protect",
}

local function from_file_name(path)
  local name = match(path, "[^/\\]*$")
  for prefix, log_type in pairs(PREFIXES) do
    if sub(name, 1, #prefix) == prefix then return log_type end
  end
end

local function log_type_of(v, json)
  if json then
    local told = v.type and LOG_TYPES[lower(v.type)]
      or v.filename_for_malachite and from_file_name(v.filename_for_malachite)
    if told then return told end
  end
  if v.Delivered or v.Attempt or v.Latency or v.ReceiptAck or v.Snt or v.UseTls or v.Err then return "delivery" end
  if v.AttNames or v.AttCnt or v.AttSize or v.MsgSize or v.Hld or v.IPInternalName or v.IPNewDomain
    or v.IPReplyMismatch or v.IPSimilarDomain or v.IPThreadDict then
    return "process"
  end
  if v.RcptActType or v.RcptHdrType then return "journal" end
  local hashed = v.sha1 or v.sha256 or v.md5
  if v.CustomerIP or v.MimecastIP or (v.Virus and hashed) then return "av" end
  if v.Definition or v.Hits or v.InternalName or v.CustomName or v.NewDomain or v.SimilarInternalDomain
    or v.SimilarCustomExternalDomain or v.SimilarMimecastExternalDomain or v.ThreatDictionary
    or v.CustomThreatDictionary then
    return "impersonation protect"
  end
  if v.ScanResultInfo then return "internal email protect" end
  if v.reason or (v.URL and came.URL == "url") then return "url protect" end
  if v.fileName and hashed then return "attachment protect" end
  if v.SourceIP and v.headerFrom and not v.Act then return "spam" end
  return "receipt"
end

local BY_ENVELOPE = set("receipt process delivery journal")

-- The field that a name means for a log type; nil if none.
local MEANT = {
  action = function(log_type) return find(log_type, " protect", 1, true) and "Action" or "Act" end,
  recipients = function(log_type) return BY_ENVELOPE[log_type] and "Rcpt" or "Recipient" end,
  emailSize = function(log_type)
    return log_type == "delivery" and "Snt" or log_type == "av" and "Size" or "MsgSize"
  end,
  senderIp = function(log_type)
    if log_type == "delivery" then return nil end
    return log_type == "spam" and "SourceIP" or "IP"
  end,
  destinationIp = function(log_type) return log_type == "delivery" and "IP" or nil end,
}

local function resolve(name, log_type)
  local meant = MEANT[name](log_type)
  if not meant then return end
  for i = 1, lost and lost_count or 0, 3 do
    if lost[i] == name then lost[i] = meant end
  end
  if came[meant] then
    lose(meant, came[name], value[name])
  else
    count = count + 1
    fields[count], came[meant], value[meant] = meant, came[name], value[name]
  end
  came[name], value[name] = nil, nil
end

local function resolve_all(log_type)
  if came.action then resolve("action", log_type) end
  if came.recipients then resolve("recipients", log_type) end
  if came.emailSize then resolve("emailSize", log_type) end
  if came.senderIp then resolve("senderIp", log_type) end
  if came.destinationIp then resolve("destinationIp", log_type) end
end

-- The keys with losing values: fields in the dictionary's order, then unknown keys in order of appearance.
local function duplicate_keys()
  local keys, size, seen = {}, 0, {}
  for i = 1, lost_count, 3 do
    local key = lost[i]
    if RANK[key] and not seen[key] then
      size = size + 1
      keys[size], seen[key] = key, true
    end
  end
  sort(keys, function(a, b) return RANK[a] < RANK[b] end)
  for i = 1, lost_count, 3 do
    if not RANK[lost[i]] then seen[lost[i]] = true end
  end
  for i = 1, unknown and unknown_count or 0 do
    if seen[unknown_names[i]] then keys[#keys + 1] = unknown_names[i] end
  end
  return concat(keys, ",")
end

---------------------------------------------------------------------------------------------------------------------
-- security_result

-- Words and their meaning, whatever their case.
local function words(meanings)
  local by_lower = {}
  for word, meaning in pairs(meanings) do by_lower[lower(word)] = meaning end
  return setmetatable(meanings, { __index = function(_, word) return by_lower[lower(word)] end })
end

local ACT = words({ Acc = "ALLOW", Rej = "BLOCK", Hld = "QUARANTINE", Sdbx = "QUARANTINE", Bnc = "BLOCK" })
local ACTION = words({
  Hold = "QUARANTINE", Warn = "ALLOW_WITH_MODIFICATION", Block = "BLOCK", Allow = "ALLOW", None = "ALLOW",
})
local DELIVERED = words({ ["true"] = "ALLOW", ["false"] = "FAIL" })
local DIRECTION = words({ Internal = "INBOUND", Inbound = "INBOUND", External = "OUTBOUND", Outbound = "OUTBOUND" })
local YES_OR_NO = words({ Yes = true, ["true"] = true, No = false, ["false"] = false })
local HLD_CATEGORIES = words({
  Spm = "MAIL_SPAM", Rbl = "MAIL_SPAM", Imp = "MAIL_SPOOFING", Bec = "MAIL_SPOOFING", Att = "SOFTWARE_SUSPICIOUS",
  Sbx = "SOFTWARE_SUSPICIOUS", Url = "NETWORK_SUSPICIOUS", Ctnt = "POLICY_VIOLATION", Dpp = "POLICY_VIOLATION",
  RcptLimit = "POLICY_VIOLATION",
})
local HLD_REASONS = words({
  Spm = "Spam", Rbl = "Real-time block list", Imp = "Impersonation", Bec = "Business email compromise",
  Att = "Attachment", Sbx = "Sandbox", Url = "URL", Ctnt = "Content", RcptLimit = "Recipient limit", Oth = "Other",
})

-- Parts of RejType, the first hit wins: word, category, severity.
local REJ_TYPES = {
  "virus", "SOFTWARE_MALICIOUS", "HIGH", "malware", "SOFTWARE_MALICIOUS", "HIGH",
  "qrcode", "MAIL_PHISHING", "HIGH", "phish", "MAIL_PHISHING", "HIGH",
  "spoof", "MAIL_SPOOFING", "MEDIUM", "dmarc", "MAIL_SPOOFING", "MEDIUM", "spf", "MAIL_SPOOFING", "MEDIUM",
  "dkim", "MAIL_SPOOFING", "MEDIUM", "impersonat", "MAIL_SPOOFING", "MEDIUM",
  "spam", "MAIL_SPAM", "MEDIUM", "rbl", "MAIL_SPAM", "MEDIUM", "reputation", "MAIL_SPAM", "MEDIUM",
  "manual", "POLICY_VIOLATION", "LOW", "policy", "POLICY_VIOLATION", "LOW", "envelope", "POLICY_VIOLATION", "LOW",
  "header rejected", "POLICY_VIOLATION", "LOW", "content", "POLICY_VIOLATION", "LOW",
}

local function verdict(v)
  local rejected = v.RejType
  if rejected then
    rejected = lower(rejected)
    for i = 1, #REJ_TYPES, 3 do
      if find(rejected, REJ_TYPES[i], 1, true) then return REJ_TYPES[i + 1], REJ_TYPES[i + 2] end
    end
    return "UNKNOWN_CATEGORY", "LOW"
  end
  if v.Virus then return "SOFTWARE_MALICIOUS", "HIGH" end
  if v.reason and lower(v.reason) == "malicious" then return "NETWORK_MALICIOUS", "HIGH" end
  if v.ScanResultInfo then return "NETWORK_MALICIOUS", "MEDIUM" end
  if v.Definition and v.TaggedMalicious and lower(v.TaggedMalicious) == "true" then return "MAIL_SPOOFING", "MEDIUM" end
  local held = v.Hld and HLD_CATEGORIES[v.Hld]
  if held then return held, "MEDIUM" end
  local score = spam_number(v.SpamScore)
  if not score then return nil, "LOW" end
  local limit = spam_number(v.SpamLimit)
  local limited = limit and limit > 0
  if score < (limited and limit or 7000) then return nil, "LOW" end
  return "MAIL_SPAM", score >= (limited and 2 * limit or 20000) and "HIGH" or "MEDIUM"
end

local function action(v)
  if v.Act then return ACT[v.Act] or "UNKNOWN_ACTION" end
  if v.Action then return ACTION[v.Action] or "UNKNOWN_ACTION" end
  return v.Delivered and DELIVERED[v.Delivered] or nil
end

local parts = buffer.new()

-- `Name=value` of those of three values that are there, joined by ", "; nil if none is.
local function labelled(label, text, label2, text2, label3, text3)
  if not (text or text2 or text3) then return nil end
  parts:reset()
  if text then parts:put(label, text) end
  if text2 then
    if text then parts:put(", ") end
    parts:put(label2, text2)
  end
  if text3 then
    if text or text2 then parts:put(", ") end
    parts:put(label3, text3)
  end
  return parts:tostring()
end

local PAIRS = {} -- the entries of detection_fields
for i = 1, 12 do PAIRS[i] = { key = "", value = "" } end
local detections, detection_count = new(#PAIRS, 0), 0

local function detect(key, text)
  detection_count = detection_count + 1
  local pair = PAIRS[detection_count]
  pair.key, pair.value, detections[detection_count] = key, text, pair
end

local function detection_fields(v)
  local before = detection_count
  detection_count = 0
  if v.Dir then detect("network_direction", v.Dir) end
  if v.Sender then detect("Sender", v.Sender) end
  if v.headerFrom then detect("header_from", v.headerFrom) end
  if v.Route then detect("Route", v.Route) end
  if v.SpamProcessingDetail and spam_detail(v.SpamProcessingDetail) then
    for i = 1, #DETAILS do
      local key = DETAILS[i]
      local said = detail[key]
      if said and said ~= "" then detect(key, said) end
    end
  end
  if v.aCode then detect("aCode", v.aCode) end
  if lost then detect("parser_duplicate_keys", duplicate_keys()) end
  for i = detection_count + 1, before do detections[i] = nil end
  return detection_count > 0 and detections or nil
end

---------------------------------------------------------------------------------------------------------------------
-- The event: one for all lines, since the host has read it when the next line comes. Only lists of what may be any number
-- are made anew. Each member is set for each line, to nil where the line has nothing to say.

local senders, senders_user = new(2, 0), {}
local source_list, target_list, subject_list = { "" }, { "" }, { "" }
local action_list, category_list, category_details = { "" }, { "" }, new(3, 0)
senders_user.email_addresses = senders
local recipients_user = { email_addresses = "" }
local process_file = { full_path = "" }
local process, resource = { file = process_file }, { name = "" }
local principal = {
  user = "", ip = "", administrative_domain = "", process = "", resource = "", application = "",
}
local file = { sha1 = "", sha256 = "", md5 = "", mime_type = "", size = "" }
local target = { user = "", ip = "", file = "", hostname = "" }
local observer = { application = "Mimecast MTA" }
local email = { from = "", to = "", mail_id = "", subject = "", bounce_address = "" }
local tls = { version = "", cipher = "", established = "" }
local network = {
  direction = "", email = "", received_bytes = "", sent_bytes = "", tls = "", application_protocol = "",
}
local result = {
  action = "", action_details = "", category = "", category_details = "", severity = "", severity_details = "",
  summary = "", description = "", threat_name = "", detection_fields = "",
}
local metadata = {
  event_timestamp = "", event_type = "", vendor_name = "Mimecast", product_name = "Mimecast MTA", product_event_type = "",
  product_log_id = "", log_type = "MIMECAST_MAIL",
}
local additional = new(0, 16)
local event = {
  metadata = metadata, principal = "", target = "", about = "", observer = "", network = "",
  security_result = { result }, additional = additional,
}

-- Fields that are in the event as they came, and so not in `additional`. Those that depend on more are set for each line.
local used = set([[SenderDomain fileName filename_for_malachite fileMime Hostname URL MsgId Subject TlsVer Cphr RejType
  UrlCategory Dir Sender headerFrom Route SpamInfo SpamLimit SpamScore RejCode RejInfo Act Virus]])
for field in pairs(set([[datetime acc IP SourceIP sha1 sha256 md5 Size Rcpt Recipient AttNames AttSize UseTls MsgSize Snt
  Action Hld ScanResultInfo Definition Err Error reason type]])) do
  used[field] = false
end

local function map_result(v)
  local details, hld, rejected, url_category = v.Act or v.Action, v.Hld, v.RejType, v.UrlCategory
  local reason = hld and HLD_REASONS[hld]
  used.Action = not v.Act
  used.Hld = details ~= nil or reason == nil
  local taken = action(v)
  action_list[1] = taken
  result.action = taken and action_list
  result.action_details = details and hld and details .. " (" .. hld .. ")" or details

  local category, severity = verdict(v)
  category_list[1] = category
  result.category = category and category_list
  result.severity = severity
  if rejected or url_category or hld then
    reason = reason or hld
    category_details[1] = rejected or url_category or reason
    category_details[2] = rejected and (url_category or reason) or (url_category and reason)
    category_details[3] = rejected and url_category and reason
    result.category_details = category_details
  else
    result.category_details = nil
  end

  local told = v.Definition and "Definition" or v.Err and "Err" or v.Error and "Error" or v.reason and "reason" or nil
  used.Definition, used.Err = told == "Definition", told == "Err"
  used.Error, used.reason = told == "Error", told == "reason"
  used.ScanResultInfo = not v.Virus
  result.summary = told and v[told]
  result.severity_details = labelled("SpamInfo=", v.SpamInfo, "SpamLimit=", v.SpamLimit, "SpamScore=", v.SpamScore)
  result.description = labelled("RejCode=", v.RejCode, "RejType=", rejected, "RejInfo=", v.RejInfo)
  result.threat_name = v.Virus or v.ScanResultInfo
  result.detection_fields = detection_fields(v)
end

local crowded = false

local function map_additional(v, log_type)
  if crowded then
    additional = new(0, 16) -- what many keys have made large stays slow to clear and to walk
    event.additional = additional
  else
    clear(additional)
  end
  crowded = unknown ~= nil or lost ~= nil
  for i = 1, count do
    local field = fields[i]
    local text = v[field]
    if text and not used[field] then additional[came[field]] = text end
  end
  if unknown then
    for i = 1, unknown_count do
      local name = unknown_names[i]
      additional[name] = unknown[name] or nil
    end
  end
  if lost then
    local counts = {}
    for i = 1, lost_count, 3 do
      local group, name, text = lost[i], lost[i + 1], lost[i + 2]
      if text then
        local nth = (counts[group] or 0) + 1
        counts[group] = nth
        additional[nth == 1 and "duplicate." .. name or "duplicate." .. nth .. "." .. name] = text
      end
    end
  end
  additional.unparsed = unparsed
  additional.mimecast_log_type = log_type
end

local EVENT_TYPES = { receipt = "Email RECEIPT", process = "Email PROCESSING", delivery = "Email DELIVERY" }

local function map_principal(v, has_senders, log_type, transaction)
  local source
  used.IP, used.SourceIP = false, false
  if log_type ~= "delivery" and log_type ~= "process" then
    source = ip_address(v.IP)
    if source then
      used.IP = true
    else
      source = ip_address(v.SourceIP)
      used.SourceIP = source ~= nil
    end
  end
  source_list[1] = source
  local path, spool_file, domain = v.fileName, v.filename_for_malachite, v.SenderDomain
  process_file.full_path, resource.name = path, spool_file
  principal.user = has_senders and senders_user or nil
  principal.ip = source and source_list
  principal.administrative_domain = domain
  principal.process = path and process
  principal.resource = spool_file and resource
  local noun = has_senders or source or domain or path or spool_file
  principal.application = not noun and transaction and "Mimecast MTA" or nil
  return (noun or transaction) and principal or nil
end

local function map_target(v, recipients, log_type)
  local ip
  if log_type == "delivery" then
    ip = ip_address(v.IP)
    used.IP = ip ~= nil
  end
  local sha1, sha256, md5, size = hash(v.sha1, 40), hash(v.sha256, 64), hash(v.md5, 32), unsigned(v.Size)
  used.sha1, used.sha256, used.md5, used.Size = sha1 ~= nil, sha256 ~= nil, md5 ~= nil, size ~= nil
  local mime_type, hostname = v.fileMime, v.Hostname
  local has_file = sha1 or sha256 or md5 or mime_type or size
  if has_file then
    file.sha1, file.sha256, file.md5, file.mime_type, file.size = sha1, sha256, md5, mime_type, size
  end
  recipients_user.email_addresses, target_list[1] = recipients, ip
  target.user = recipients and recipients_user
  target.ip = ip and target_list
  target.file = has_file and file
  target.hostname = hostname
  return (recipients or ip or has_file or hostname) and target or nil
end

local function map_about(v)
  local about, size = nil, 0
  used.AttNames, used.AttSize = false, false
  if v.AttNames then
    local even
    about, size, even = attachment_names(v.AttNames)
    used.AttNames = even and size > 0
    local total = size == 1 and unsigned(v.AttSize) or nil
    used.AttSize = total ~= nil
    for i = 1, size do about[i] = { file = { full_path = about[i], size = total } } end
  end
  if v.URL then
    about = about or {}
    about[size + 1] = { url = url_with_scheme(v.URL) }
  end
  return about
end

local function map_network(v, sender, header, recipients, log_type)
  local id, subject = v.MsgId, v.Subject
  local has_email = sender or header or recipients or id or subject
  if has_email then
    subject_list[1] = subject
    email.from, email.to, email.mail_id = sender or header, recipients, id
    email.subject = subject and subject_list
    email.bounce_address = header and sender ~= header and sender or nil
  end
  local version, cipher, established = v.TlsVer, v.Cphr, nil
  if v.UseTls then established = YES_OR_NO[v.UseTls] end
  used.UseTls = established ~= nil
  local has_tls = version or cipher or established ~= nil
  if has_tls then tls.version, tls.cipher, tls.established = version, cipher, established end
  local received, sent = unsigned(v.MsgSize), unsigned(v.Snt)
  used.MsgSize, used.Snt = received ~= nil, sent ~= nil
  local towards = v.Dir or v.Route
  towards = towards and DIRECTION[towards]
  local protocol = (log_type == "delivery" or log_type == "receipt") and "SMTP" or nil
  network.direction = towards
  network.email = has_email and email
  network.received_bytes, network.sent_bytes = received, sent
  network.tls = has_tls and tls or nil
  network.application_protocol = protocol
  return (has_email or has_tls or received or sent or towards or protocol) and network or nil
end

-- The event of the line that has been read.
local function map_line(time, json)
  local v = value
  local log_type = log_type_of(v, json)
  resolve_all(log_type)

  local at, acc = v.datetime and timestamp(v.datetime), v.acc
  used.datetime = at ~= nil
  if acc and #acc > 256 then acc = nil end
  used.acc = acc ~= nil
  used.type = json and v.type == log_type

  local sender, header = address_of(v.Sender), address_of(v.headerFrom)
  senders[1] = sender or header
  senders[2] = sender and header ~= sender and header or nil
  local recipients, pure = addresses(v.Rcpt)
  used.Rcpt, used.Recipient = pure, false
  if not recipients then
    recipients, pure = addresses(v.Recipient)
    used.Recipient = pure
  end
  local transaction = sender or header or recipients

  metadata.event_timestamp = at or host_time(time)
  metadata.event_type = transaction and "EMAIL_TRANSACTION" or "GENERIC_EVENT"
  metadata.product_event_type = EVENT_TYPES[log_type] or "Email RECEIPT"
  metadata.product_log_id = acc
  local by = map_principal(v, sender or header, log_type, transaction)
  local to = map_target(v, recipients, log_type)
  local about = map_about(v)
  event.principal, event.target, event.about = by, to, about
  event.observer = not (by or to or about) and observer or nil
  event.network = map_network(v, sender, header, recipients, log_type)
  map_result(v)
  map_additional(v, log_type)
  return event
end

---------------------------------------------------------------------------------------------------------------------
-- The filter

local MESSAGES = {
  no_line = "the record has no text under log or message; remove the parser before this filter, or name the line log",
  empty_line = "the line is empty; set skip_empty_lines on for the input",
  bad_json = "the line starts with { but is not one JSON object; if it was cut off, raise buffer_max_size of the input",
  deep_json = "JSON is nested deeper than 128 levels",
  several_records = "the line holds several records; split them first, as mimecast-udm convert does",
  not_mimecast = "the line has no key that Mimecast's logs have; check which files the input reads",
}

-- A byte order mark, then spaces and line ends off the front, line ends off the end.
local function stripped(line)
  if byte(line, 1) == 0xef and sub(line, 1, 3) == "\239\187\191" then line = sub(line, 4) end
  local first, last = byte(line, 1), byte(line, -1)
  if not first or (first > 32 and last ~= 10 and last ~= 13) then return line end
  return match(line, "^[ \t\r\n]*(.-)[\r\n]*$")
end

local function read(line)
  if line == "" then return "empty_line" end
  if find(line, "\ndatetime=", 1, true) or find(line, "\rdatetime=", 1, true) then return "several_records" end
  if byte(line, 1) == 123 then return read_object(line) end
  return read_pairs(line)
end

function mimecast_udm(tag, time, record)
  forget()
  local line = record.log
  local code = "no_line"
  if type(line) == "string" then
    line = stripped(line)
    code = read(line)
  end
  if code then
    record.mimecast_error = { code = code, message = MESSAGES[code] }
    return 2, time, record
  end
  return 2, time, map_line(time, byte(line, 1) == 123)
end
