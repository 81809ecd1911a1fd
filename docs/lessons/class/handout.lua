-- SPDX-License-Identifier: GPL-2.0-only
-- SPDX-FileCopyrightText: 2026 The taskmap authors
--
-- Pandoc filter: turns a lesson into a handout. Students predict, run the commands and
-- check. There is no output and no answer: of the text only the title, the question
-- below it, the words for class and the exercise remain.

local directory = PANDOC_SCRIPT_FILE:match("(.*/)") or ""
local common = dofile(directory .. "common.lua")

local MOST_ROWS = 6

local function label(word)
	return common.div("label", { pandoc.Plain({ pandoc.Str(word) }) })
end

-- Lines to write on.
local function lines(number)
	local blank = {}
	for _ = 1, number do
		table.insert(blank, common.div("line", {}))
	end
	return blank
end

local function question(kind, blocks, number)
	local content = { label(kind:sub(1, 1):upper() .. kind:sub(2)) }
	for _, block in ipairs(blocks) do
		table.insert(content, block)
	end
	for _, block in ipairs(lines(number)) do
		table.insert(content, block)
	end
	return common.div(kind, content)
end

-- An empty table with the columns that the command names, or nil. A pipe would change
-- what is printed.
local function to_fill(step)
	local command = table.concat(step.command, " ")
	local columns = command:match("^# taskmap .*%-o ([%u%d_,]+)")
	if not columns or command:find("|", 1, true) then
		return nil
	end
	local header, row = {}, {}
	for column in columns:gmatch("[^,]+") do
		table.insert(header, { pandoc.Plain({ pandoc.Str(column) }) })
		table.insert(row, {})
	end
	local rows, none, left = {}, {}, {}
	for _ = 1, math.max(1, math.min(MOST_ROWS, #step.output - 1)) do
		table.insert(rows, row)
	end
	for _ = 1, #header do
		table.insert(none, 0)
		table.insert(left, pandoc.AlignLeft)
	end
	return pandoc.utils.from_simple_table(
		pandoc.SimpleTable({}, left, none, header, rows))
end

-- The commands of a block, each with its table below it.
local function run(block)
	local content, commands = {}, {}
	local function flush(more)
		if #commands > 0 then
			table.insert(content, pandoc.CodeBlock(table.concat(commands, "\n"),
							       pandoc.Attr("", { "console" })))
		end
		commands = {}
		table.insert(content, more)
	end
	for _, step in ipairs(common.steps(block)) do
		table.move(step.command, 1, #step.command, #commands + 1, commands)
		local empty = to_fill(step)
		if empty then
			flush(empty)
		end
	end
	flush()
	return common.div("run", content)
end

-- The words for class and the commands of a section, or nothing if it has none.
local function section(part)
	local content = { pandoc.Header(2, part.heading) }
	local running = false
	for _, block in ipairs(part.blocks) do
		local kind, text = common.note(block)
		if kind == "predict" or kind == "check" then
			table.insert(content, question(kind, text, 2))
			running = false
		elseif common.is_console(block) then
			if not running then
				table.insert(content, label("Run"))
			end
			table.insert(content, run(block))
			running = true
		end
	end
	return #content > 1 and common.div("part", content) or pandoc.Null()
end

local function exercise(part)
	local content = { pandoc.Header(2, part.heading) }
	for _, block in ipairs(part.blocks) do
		if not common.note(block) then
			table.insert(content, block)
		end
	end
	table.insert(content, common.div("space", {}))
	return common.div("part exercise", content)
end

local function handout(document)
	local content = {}
	for _, part in ipairs(common.sections(document.blocks)) do
		local name = pandoc.utils.stringify(part.heading)
		if part.level == 1 then
			document.meta.title = pandoc.MetaInlines(part.heading)
			document.meta.question = pandoc.MetaBlocks({ common.question(part) })
			part.heading = { pandoc.Str("Prepare") }
			table.insert(content, section(part))
		elseif name == "Exercise" then
			table.insert(content, exercise(part))
		elseif name ~= "Solution" then
			table.insert(content, section(part))
		end
	end
	return pandoc.Pandoc(content, document.meta)
end

-- Paper has no links.
local function unlink(link)
	return link.content
end

return { { Pandoc = handout }, { Link = unlink } }
