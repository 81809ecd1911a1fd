# fish completion for taskmap and taskmap-zoo
# SPDX-License-Identifier: GPL-2.0-only
# SPDX-FileCopyrightText: 2026 The taskmap authors

function __taskmap_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l lines ($words[1] --complete $words[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            set -l option (string match -r -- '^--[^=]*=' $current)
            __fish_complete_path (string replace -- "$option" '' $current) |
                string replace -r '^' -- "$option"
        case program
            set -e words[1..(contains -i -- -- $words)]
            complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
        case '*'
            string join \n -- $lines[2..-1]
    end
end

complete -c taskmap -f -a '(__taskmap_complete)'
complete -c taskmap-zoo -f -a '(__taskmap_complete)'
