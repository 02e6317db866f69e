--[[ 5 ghosts
weco 7 ]]
local SPEED = 4.5 -- from 1 to 9
local t = {hp = 30, [1] = "a"}
x = x - 3
