-- SPDX-License-Identifier: GPL-2.0-only
-- SPDX-FileCopyrightText: 2026 The taskmap authors
--
-- Pandoc filter: turns lessons, one after the other, into slides. A lesson that has a
-- section with a "slide" comment gets a slide with its title and question. Each such
-- section gets slides with its predictions, with its commands and their output, and with
-- the words of the comment, beside the picture that the section links to. An exercise
-- with such a comment comes last.

local directory = PANDOC_SCRIPT_FILE:match("(.*/)") or ""
local common = dofile(directory .. "common.lua")

local MOST_LINES = 17	-- on a slide

local function slide(class, heading, blocks)
	local content = { pandoc.Header(2, heading) }
	for _, block in ipairs(blocks) do
		table.insert(content, block)
	end
	return common.div("slide " .. class, content)
end

local function escape_html(text)
	return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

-- A terminal with some steps; commands are bold. The style sheet makes the text as large
-- as its lines permit.
local function terminal(steps)
	local columns, count, html = 60, 0, {}
	local function add(lines, form)
		for _, line in ipairs(lines) do
			columns = math.max(columns, utf8.len((line:gsub("\t", "        "))))
			count = count + 1
			table.insert(html, form:format(escape_html(line)))
		end
	end
	for _, step in ipairs(steps) do
		add(step.command, "<b>%s</b>")
		add(step.output, "%s")
	end
	return pandoc.RawBlock("html",
		('<pre class="console" style="--columns: %d; --lines: %d">%s</pre>')
		:format(columns, math.max(count, 8), table.concat(html, "\n")))
end

-- The steps of some blocks, in lists that fit on a slide. What only tidies up is left out.
local function screens(blocks)
	local filled, count = {}, MOST_LINES
	for _, block in ipairs(blocks) do
		for _, step in ipairs(common.steps(block)) do
			local size = #step.command + #step.output
			if step.command[1] ~= "# finish" then
				if count + size > MOST_LINES then
					table.insert(filled, {})
					count = 0
				end
				table.insert(filled[#filled], step)
				count = count + size
			end
		end
	end
	return filled
end

-- Escapes all characters that are not allowed in a URL.
local function escape_url(text)
	return (text:gsub("[^%w%-._~]", function(byte)
		return ("%%%02X"):format(byte:byte())
	end))
end

-- The page that a link leads to, in a frame. Nothing is read from elsewhere.
local function frame(target)
	local path, fragment = target:match("^%.%./(pictures/[%w-]+%.html)#(.*)$")
	if not path then
		return nil
	end
	local file = assert(io.open(directory .. "../../" .. path))
	local page = escape_url(file:read("a"))
	file:close()
	return pandoc.RawBlock("html", ('<iframe title="%s" src="data:text/html;charset=utf-8,%s#bare&amp;%s"></iframe>')
		:format(path, page, (fragment:gsub("&", "&amp;"))))
end

local function picture(blocks)
	local found
	pandoc.walk_block(pandoc.Div(blocks), {
		Link = function(link)
			found = found or frame(link.target)
		end,
	})
	return found
end

-- The slides of a section, or nothing if none of its comments asks for them.
local function section(part)
	local predictions, consoles, sums = {}, {}, nil
	for _, block in ipairs(part.blocks) do
		local kind, text = common.note(block)
		if kind == "predict" then
			for _, each in ipairs(text) do
				table.insert(predictions, each)
			end
		elseif kind == "slide" then
			sums = text
		elseif common.is_console(block) then
			table.insert(consoles, block)
		end
	end
	if not sums then
		return {}
	end
	local slides = {}
	if #predictions > 0 then
		table.insert(slides, slide("question", part.heading, predictions))
	end
	for _, steps in ipairs(screens(consoles)) do
		table.insert(slides, slide("screen", part.heading, { terminal(steps) }))
	end
	table.insert(sums, picture(part.blocks))
	table.insert(slides, slide("sum", part.heading, sums))
	return slides
end

local function title(part)
	return common.div("slide title",
			  { pandoc.Header(1, part.heading), common.question(part) })
end

function Pandoc(document)
	local content, last = {}, {}
	local opening
	for _, part in ipairs(common.sections(document.blocks)) do
		if part.level == 1 then
			opening = title(part)
		end
		local slides = section(part)
		local place = content
		if pandoc.utils.stringify(part.heading) == "Exercise" then
			place = last
		elseif #slides > 0 and opening then
			table.insert(content, opening)
			opening = nil
		end
		for _, each in ipairs(slides) do
			table.insert(place, each)
		end
	end
	for _, each in ipairs(last) do
		table.insert(content, each)
	end
	return pandoc.Pandoc(content, document.meta)
end
