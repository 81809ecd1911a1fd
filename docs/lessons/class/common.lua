-- SPDX-License-Identifier: GPL-2.0-only
-- SPDX-FileCopyrightText: 2026 The taskmap authors
--
-- What handout.lua and slides.lua know about a lesson. Comments in a lesson, which
-- browsers do not show, hold the words for class:
--
--	<!-- predict: ... -->	a question, before the commands of a section
--	<!-- check: ... -->	a question about their output
--	<!-- slide: ... -->	what the section shows; puts it on the slides
--
-- Commands are in blocks of the class "console", after "# "; see tests/lessons/pages.py.

local common = {}

-- The kind of comment that a block is, and its text as blocks.
function common.note(block)
	if block.t ~= "RawBlock" then
		return nil
	end
	local kind, text = block.text:match("^<!%-%- (%l+): (.-)%s+%-%->%s*$")
	if kind then
		return kind, pandoc.read(text, "gfm").blocks
	end
end

-- The commands of a block, each a list of lines: its own, and those of its output.
function common.steps(block)
	local steps = {}
	for line in (block.text .. "\n"):gmatch("(.-)\n") do
		local last = steps[#steps]
		if line:match("^# ") then
			table.insert(steps, { command = { line }, output = {} })
		elseif line:match("^> ") and #last.output == 0 then
			table.insert(last.command, line)
		else
			table.insert(last.output, line)
		end
	end
	return steps
end

function common.is_console(block)
	return block.t == "CodeBlock" and block.classes:includes("console")
end

-- The sections of a document: heading, level and blocks.
function common.sections(blocks)
	local sections = {}
	for _, block in ipairs(blocks) do
		if block.t == "Header" then
			table.insert(sections, { heading = block.content, level = block.level,
						 blocks = {} })
		elseif #sections > 0 then
			table.insert(sections[#sections].blocks, block)
		end
	end
	return sections
end

-- The first paragraph below the title of a lesson
function common.question(part)
	return part.blocks[1].t == "Para" and part.blocks[1] or part.blocks[2]
end

function common.div(class, blocks)
	return pandoc.Div(blocks, pandoc.Attr("", { class }))
end

return common
