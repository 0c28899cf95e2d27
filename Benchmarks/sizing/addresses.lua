-- Each request asks for another address: no page has a base. wrk gives the first part of the path behind --.
local path, start, count = "/", 0, 0

function init(arguments)
   path = arguments[1]
   start = os.time() * 1000 + math.floor(os.clock() * 1e6) % 1000
end

function request()
   count = count + 1
   return wrk.format("GET", path .. start .. "-" .. count)
end

