using ConversationGuard.Classification;

namespace ConversationGuard.Training;

internal static class Experiment
{
    private const int C = ClassifierModel.Categories;

    public static void Run(Sources sources, TrainingSettings settings)
    {
        var texts = sources.ReadAll();
        var b = new ModelBuilder(settings, texts, sources);
        var trained = Enumerable.Range(0, texts.Count).Where(i => !texts[i].HeldOut).ToList();
        var collector = new FeatureCollector();
        var topical = sources.ReadTurns("topical-chat/topical-chat.jsonl").Select(t => b.Space.Vector(collector, t.Text)).ToList();
        Console.WriteLine($"features {b.FeatureCount} words {b.WordCount}");

        float[][] Scores(LinearTrainer t, IEnumerable<FeatureVector> vs) => vs.Select(v => { var s = new float[C]; t.Score(v, s); return s; }).ToArray();
        float[] Thresholds(float[][] s) => Enumerable.Range(0, C).Select(c => s.Select(x => x[c]).OrderDescending().ElementAt(4)).ToArray();
        bool Viol(float[] s, float[] t) => Enumerable.Range(0, C).Any(c => CategorySet.Violations.Has(c) && s[c] > t[c]);
        bool Crisis(float[] s, float[] t) => Enumerable.Range(0, C).Any(c => CategorySet.Crisis.Has(c) && s[c] > t[c]);
        double Ap(List<int> idx, Dictionary<int, float[]> s, int c) => Ranking.Of([.. idx.Where(i => texts[i].Labels.Has(c) && texts[i].Known.Has(c)).Select(i => s[i][c])], [.. idx.Where(i => !texts[i].Labels.Has(c) && texts[i].Known.Has(c)).Select(i => s[i][c])]).AveragePrecision;
        void Out(string x) => Console.WriteLine(x);

        // corpus: 2 of 5 folds
        var aps = new List<string>();
        double macro = 0;
        {
            var sc = new Dictionary<int, float[]>();
            var tops = new List<float[][]>();
            float[] th = null!;
            for (var fold = 0; fold < 2; fold++)
            {
                var test = trained.Where(i => texts[i].Source is "corpus" or "labels" && Sources.StableHash(texts[i].Group) % 5 == fold).ToHashSet();
                var (t, _) = b.Learn([.. trained.Where(i => !test.Contains(i))]);
                foreach (var i in test) { var s = new float[C]; t.Score(b.Vectors[i], s); sc[i] = s; }
                th = Thresholds(Scores(t, topical));
            }
            var idx = sc.Keys.Order().ToList();
            for (var c = 0; c < C; c++) { var ap = Ap(idx, sc, c); macro += ap / C; aps.Add($"{HarmCategory.WellKnown[c].Value} {ap:F3}"); }
            var harmless = idx.Where(i => texts[i].Labels == CategorySet.None).ToList();
            var viol = idx.Where(i => texts[i].Labels.Overlaps(CategorySet.Violations)).ToList();
            var crisis = idx.Where(i => texts[i].Labels.Overlaps(CategorySet.Crisis)).ToList();
            Out($"corpus macro AP {macro:F4}  [{string.Join(", ", aps)}]");
            Out($"corpus at topical threshold: viol recall {viol.Count(i => Viol(sc[i], th)) / (double)viol.Count:F3} false {harmless.Count(i => Viol(sc[i], th)) / (double)harmless.Count:F3}; crisis recall {crisis.Count(i => Crisis(sc[i], th)) / (double)crisis.Count:F3} false {harmless.Count(i => Crisis(sc[i], th)) / (double)harmless.Count:F3}");
        }

        foreach (var src in new[] { "convabuse", "ms-chitchat", "mlcommons-safety", "advbench", "assistant-prompts", "clinc-oos", "hh-harmless", "do-not-answer", "dices" })
        {
            var (t, _) = b.Learn([.. trained.Where(i => texts[i].Source != src)]);
            var th = Thresholds(Scores(t, topical));
            var idx = Enumerable.Range(0, texts.Count).Where(i => texts[i].Source == src).ToList();
            var sc = idx.ToDictionary(i => i, i => { var s = new float[C]; t.Score(b.Vectors[i], s); return s; });
            if (src == "convabuse") Out($"convabuse out: AP {Ap(idx, sc, 0):F4} sexual {Ap(idx, sc, 4):F3}");
            if (src == "ms-chitchat")
            {
                foreach (var l in new[] { "en", "de", "fr", "es", "it", "pt", "ja", "ko", "zh" })
                {
                    var id = idx.Where(i => texts[i].Language == l).ToList();
                    var pos = id.Where(i => texts[i].Labels.Has(12)).ToList();
                    var neg = id.Where(i => !texts[i].Labels.Has(12)).ToList();
                    if (l == "en") { var r = Ranking.Of([.. pos.Select(i => sc[i][12])], [.. neg.Select(i => sc[i][12])]); Out($"chitchat out {l}: crisis AP {r.AveragePrecision:F3} R@1% {r.RecallAtOnePercent:F3}; at topical: recall {pos.Count(i => Crisis(sc[i], th)) / (double)Math.Max(1, pos.Count):F3}"); }
                    Out($"   {l}: false viol {neg.Count(i => Viol(sc[i], th)) / (double)neg.Count:F4} crisis recall {pos.Count(i => Crisis(sc[i], th)) / (double)Math.Max(1, pos.Count):F3} false {neg.Count(i => Crisis(sc[i], th)) / (double)neg.Count:F3}");
                }
            }
            if (src is "mlcommons-safety" or "advbench")
            {
                var pos = idx.Where(i => texts[i].Labels.Overlaps(CategorySet.Violations)).ToList();
                var neg = idx.Where(i => texts[i].Exemption.EndsWith("-typical-user", StringComparison.Ordinal)).ToList();
                var ssh = idx.Where(i => texts[i].Exemption == "ssh-vulnerable-user").ToList();
                Out($"{src} out: viol recall at topical {pos.Count(i => Viol(sc[i], th)) / (double)pos.Count:F3}; false typical {neg.Count(i => Viol(sc[i], th)) / (double)Math.Max(1, neg.Count):F4}; ssh crisis {ssh.Count(i => Crisis(sc[i], th)) / (double)Math.Max(1, ssh.Count):F3} or viol {ssh.Count(i => Viol(sc[i], th) || Crisis(sc[i], th)) / (double)Math.Max(1, ssh.Count):F3}");
            }
 if (src is "hh-harmless" or "do-not-answer" or "dices")
            {
                var pos = idx.Where(i => texts[i].Labels.Overlaps(CategorySet.Violations)).ToList();
                var neg = idx.Where(i => !texts[i].Labels.Overlaps(CategorySet.Violations)).ToList();
                float Mx(float[] s) => Enumerable.Range(0, C).Where(c => CategorySet.Violations.Has(c)).Max(c => s[c] - th[c]);
                var r = Ranking.Of([.. pos.Select(i => Mx(sc[i]))], [.. neg.Select(i => Mx(sc[i]))]);
                Out($"{src} out: viol AP {r.AveragePrecision:F3} AUC {r.Area:F3} R@1% {r.RecallAtOnePercent:F3}; illicit {Ap(idx, sc, 9):F3} hate {Ap(idx, sc, 2):F3} harass {Ap(idx, sc, 0):F3} illviol {Ap(idx, sc, 10):F3} at topical recall {pos.Count(i => Viol(sc[i], th)) / (double)pos.Count:F3} false {neg.Count(i => Viol(sc[i], th)) / (double)neg.Count:F3}");
            }
            if (src is "assistant-prompts" or "clinc-oos") Out($"{src} out: false viol at topical {idx.Count(i => Viol(sc[i], th)) / (double)idx.Count:F4} crisis {idx.Count(i => Crisis(sc[i], th)) / (double)idx.Count:F4}");
        }

        {
            var (t, _) = b.Learn(trained);
            var idx = Enumerable.Range(0, texts.Count).Where(i => texts[i].HeldOut).ToList();
            var sc = idx.ToDictionary(i => i, i => { var s = new float[C]; t.Score(b.Vectors[i], s); return s; });
            Out($"convabuse heldout: AP {Ap(idx, sc, 0):F4}");
        }
    }
}
