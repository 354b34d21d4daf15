import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.queries.intervals.IntervalQuery;
import org.apache.lucene.queries.intervals.Intervals;
import org.apache.lucene.queries.intervals.IntervalsSource;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.WildcardQuery;
import org.apache.lucene.util.BytesRef;
import org.tartarus.snowball.SnowballStemmer;

/**
 * Lucene's Monitor on the rules and articles of benchmarks/rules.py: MonitorBench RULES ARTICLES WARM HITS, all JSON lines.
 *
 * A rule is [number, language, tree], an article [number, language, text]. Each language has two fields: words stemmed
 * by its Snowball stemmer, and words as they are, for wildcards. It prints one line of JSON: CPU microseconds an article (the
 * least of four passes over the articles after the first WARM ones) and seconds for the registration.
 */
public final class MonitorBench {
  private static final Map<String, String> STEMMERS =
      Map.of("en", "English", "fr", "French", "es", "Spanish", "ru", "Russian", "ar", "Arabic");
  private static final Map<String, Analyzer> FIELDS = new HashMap<>();
  private static final Map<String, String> STEMS = new HashMap<>();
  private static final Analyzer ANALYZER =
      new DelegatingAnalyzerWrapper(Analyzer.PER_FIELD_REUSE_STRATEGY) {
        @Override
        protected Analyzer getWrappedAnalyzer(String field) {
          return FIELDS.get(field);
        }
      };

  private static Analyzer analyzer(String language, boolean stems) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        StandardTokenizer words = new StandardTokenizer();
        TokenStream stream = new LowerCaseFilter(words);
        if (stems) {
          try {
            Class<?> kind = Class.forName("org.tartarus.snowball.ext." + STEMMERS.get(language) + "Stemmer");
            stream = new SnowballFilter(stream, (SnowballStemmer) kind.getConstructor().newInstance());
          } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
          }
        }
        return new TokenStreamComponents(words, new ASCIIFoldingFilter(stream));
      }
    };
  }

  private static List<String> analyzed(String field, String text) throws IOException {
    List<String> found = new ArrayList<>();
    try (TokenStream stream = ANALYZER.tokenStream(field, text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        found.add(term.toString());
      }
      stream.end();
    }
    return found;
  }

  private static String word(String field, String word) throws IOException {
    String key = field + " " + word;
    if (!STEMS.containsKey(key)) {
      STEMS.put(key, String.join("", analyzed(field, word)));
    }
    return STEMS.get(key);
  }

  private static String folded(String language, String pattern) throws IOException {
    StringBuilder whole = new StringBuilder();
    for (String part : pattern.split("(?=\\*)|(?<=\\*)")) {
      whole.append(part.equals("*") ? part : word("plain_" + language, part));
    }
    return whole.toString();
  }

  private static IntervalsSource places(JsonArray tree, String language) throws IOException {
    String kind = tree.get(0).getAsString();
    if (kind.equals("word")) {
      return Intervals.term(word("stem_" + language, tree.get(1).getAsString()));
    }
    if (kind.equals("near")) {
      return near(tree, language);
    }
    IntervalsSource[] parts = new IntervalsSource[tree.size() - 1];
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          kind.equals("phrase")
              ? Intervals.term(word("stem_" + language, tree.get(i + 1).getAsString()))
              : places(tree.get(i + 1).getAsJsonArray(), language);
    }
    return kind.equals("phrase") ? Intervals.phrase(parts) : Intervals.or(parts);
  }

  private static IntervalsSource near(JsonArray tree, String language) throws IOException {
    IntervalsSource left = places(tree.get(2).getAsJsonArray(), language);
    IntervalsSource right = places(tree.get(3).getAsJsonArray(), language);
    return Intervals.maxgaps(tree.get(1).getAsInt() - 1, Intervals.unorderedNoOverlaps(left, right));
  }

  private static Query query(JsonArray tree, String language) throws IOException {
    String field = "stem_" + language;
    switch (tree.get(0).getAsString()) {
      case "word":
        return new TermQuery(new Term(field, word(field, tree.get(1).getAsString())));
      case "wild":
        String pattern = folded(language, tree.get(1).getAsString());
        Term plain = new Term("plain_" + language, pattern);
        return pattern.indexOf('*') == pattern.length() - 1
            ? new PrefixQuery(new Term(plain.field(), pattern.substring(0, pattern.length() - 1)))
            : new WildcardQuery(plain);
      case "phrase":
        PhraseQuery.Builder phrase = new PhraseQuery.Builder();
        for (int i = 1; i < tree.size(); i++) {
          phrase.add(new Term(field, word(field, tree.get(i).getAsString())));
        }
        return phrase.build();
      case "near":
        return new IntervalQuery(field, near(tree, language));
      default:
        BooleanQuery.Builder joined = new BooleanQuery.Builder();
        boolean all = tree.get(0).getAsString().equals("and");
        for (int i = 1; i < tree.size(); i++) {
          JsonArray part = tree.get(i).getAsJsonArray();
          if (part.get(0).getAsString().equals("not")) {
            joined.add(query(part.get(1).getAsJsonArray(), language), Occur.MUST_NOT);
          } else {
            joined.add(query(part, language), all ? Occur.MUST : Occur.SHOULD);
          }
        }
        return joined.build();
    }
  }

  /** Rare terms are the best to look rules up by; Lucene by itself goes by their length. */
  private static TermWeightor rarity(List<JsonArray> articles) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    for (JsonArray article : articles) {
      Set<String> terms = new HashSet<>(analyzed("stem_" + article.get(1).getAsString(), article.get(2).getAsString()));
      terms.forEach(term -> counts.merge(term, 1, Integer::sum));
    }
    return term -> 1.0 / (1 + counts.getOrDefault(term.text(), 0));
  }

  private static Document document(JsonArray article) {
    Document made = new Document();
    String language = article.get(1).getAsString();
    made.add(new TextField("stem_" + language, article.get(2).getAsString(), Field.Store.NO));
    made.add(new TextField("plain_" + language, article.get(2).getAsString(), Field.Store.NO));
    return made;
  }

  private static List<JsonArray> read(String path) throws IOException {
    List<JsonArray> found = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(path))) {
      found.add(JsonParser.parseString(line).getAsJsonArray());
    }
    return found;
  }

  public static void main(String[] given) throws IOException {
    for (String language : STEMMERS.keySet()) {
      FIELDS.put("stem_" + language, analyzer(language, true));
      FIELDS.put("plain_" + language, analyzer(language, false));
    }
    List<JsonArray> rules = read(given[0]);
    List<JsonArray> articles = read(given[1]);
    int warm = Integer.parseInt(given[2]);
    var thread = ManagementFactory.getThreadMXBean();
    long started = thread.getCurrentThreadCpuTime();
    var presearcher = new MultipassTermFilteredPresearcher(4, 0f, rarity(articles.subList(0, warm)), List.of(), Set.of());
    Monitor monitor = new Monitor(ANALYZER, presearcher, new MonitorConfiguration());
    List<MonitorQuery> batch = new ArrayList<>();
    for (JsonArray rule : rules) {
      batch.add(new MonitorQuery(rule.get(0).getAsString(), query(rule.get(2).getAsJsonArray(), rule.get(1).getAsString())));
      if (batch.size() == 5000) {
        monitor.register(batch);
        batch.clear();
      }
    }
    monitor.register(batch);
    double ready = (thread.getCurrentThreadCpuTime() - started) / 1e9;
    for (int i = 0; i < 1000; i++) {
      monitor.match(document(articles.get(i % warm)), QueryMatch.SIMPLE_MATCHER);
    }
    List<JsonArray> measured = articles.subList(warm, articles.size());
    double least = Double.MAX_VALUE;
    for (int pass = 0; pass < 4; pass++) {
      long begun = thread.getCurrentThreadCpuTime();
      for (JsonArray article : measured) {
        monitor.match(document(article), QueryMatch.SIMPLE_MATCHER);
      }
      least = Math.min(least, (thread.getCurrentThreadCpuTime() - begun) / 1e3 / measured.size());
    }
    try (PrintWriter out = new PrintWriter(given[3])) {
      for (JsonArray article : measured) {
        Set<Integer> hits = new TreeSet<>();
        for (QueryMatch match : monitor.match(document(article), QueryMatch.SIMPLE_MATCHER).getMatches()) {
          hits.add(Integer.valueOf(match.getQueryId()));
        }
        out.println("[" + article.get(0) + "," + hits + "]");
      }
    }
    monitor.close();
    System.out.printf("{\"microseconds\": %.0f, \"ready\": %.1f}%n", least, ready);
  }
}
