package harmattan;

import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.ar.ArabicStemFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fa.PersianAnalyzer;
import org.apache.lucene.analysis.fa.PersianNormalizationFilter;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.PreBuiltAnalyzerProviderFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.indices.analysis.PreBuiltCacheFactory.CachingStrategy;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * Lucene's analysers, tokenizers and token filters under the names that Elasticsearch's own module for them uses.
 * Each has its default options. To offer one more, add it to its table.
 */
public class LuceneAnalysis extends Plugin implements AnalysisPlugin {
  private static final Map<String, Supplier<Analyzer>> ANALYZERS = Map.ofEntries(
    Map.entry("arabic", ArabicAnalyzer::new),
    Map.entry("cjk", CJKAnalyzer::new),
    Map.entry("english", EnglishAnalyzer::new),
    Map.entry("french", FrenchAnalyzer::new),
    Map.entry("german", GermanAnalyzer::new),
    Map.entry("italian", ItalianAnalyzer::new),
    Map.entry("persian", PersianAnalyzer::new),
    Map.entry("portuguese", PortugueseAnalyzer::new),
    Map.entry("russian", RussianAnalyzer::new),
    Map.entry("spanish", SpanishAnalyzer::new),
    Map.entry("turkish", TurkishAnalyzer::new));

  private static final Map<String, Supplier<Tokenizer>> TOKENIZERS = Map.of(
    "keyword", KeywordTokenizer::new,
    "whitespace", WhitespaceTokenizer::new);

  private static final Map<String, Function<TokenStream, TokenStream>> NORMALIZING_FILTERS = Map.of(
    "arabic_normalization", ArabicNormalizationFilter::new,
    "asciifolding", ASCIIFoldingFilter::new,
    "cjk_width", CJKWidthFilter::new,
    "decimal_digit", DecimalDigitFilter::new,
    "persian_normalization", PersianNormalizationFilter::new);

  private static final Map<String, Function<TokenStream, TokenStream>> FILTERS = Map.of(
    "arabic_stem", ArabicStemFilter::new,
    "cjk_bigram", CJKBigramFilter::new,
    "remove_duplicates", RemoveDuplicatesTokenFilter::new);

  @Override
  public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
    Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> providers = new HashMap<>();
    ANALYZERS.forEach((kind, analyzer) ->
      providers.put(kind, (index, environment, name, settings) -> new Provided(name, analyzer.get())));
    return providers;
  }

  @Override
  public List<PreBuiltAnalyzerProviderFactory> getPreBuiltAnalyzerProviderFactories() {
    return ANALYZERS.entrySet().stream()
      .map(entry -> new PreBuiltAnalyzerProviderFactory(entry.getKey(), CachingStrategy.ONE, entry.getValue()))
      .toList();
  }

  @Override
  public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
    return TOKENIZERS.entrySet().stream()
      .map(entry -> PreConfiguredTokenizer.singleton(entry.getKey(), entry.getValue()))
      .toList();
  }

  @Override
  public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
    var normalizing = NORMALIZING_FILTERS.entrySet().stream()
      .map(entry -> PreConfiguredTokenFilter.singleton(entry.getKey(), true, entry.getValue()));
    var others = FILTERS.entrySet().stream()
      .map(entry -> PreConfiguredTokenFilter.singleton(entry.getKey(), false, entry.getValue()));
    return java.util.stream.Stream.concat(normalizing, others).toList();
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Map.of("asciifolding", (index, environment, name, settings) -> new Folding(name, settings.getAsBoolean("preserve_original", false)));
  }

  @Override
  public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
    return Map.of("mapping", (index, environment, name, settings) -> new Mapping(name, charMap(settings.getAsList("mappings"))));
  }

  private static NormalizeCharMap charMap(List<String> rules) {
    NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
    for (String rule : rules) {
      int arrow = rule.indexOf("=>");
      map.add(unescaped(rule.substring(0, arrow).trim()), unescaped(rule.substring(arrow + 2).trim()));
    }
    return map.build();
  }

  private static String unescaped(String text) {
    return Pattern.compile("\\\\u(\\p{XDigit}{4})").matcher(text)
      .replaceAll(match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
  }

  private record Mapping(String name, NormalizeCharMap map) implements CharFilterFactory {
    @Override
    public Reader create(Reader text) {
      return new MappingCharFilter(map, text);
    }
  }

  private static final class Provided extends AbstractIndexAnalyzerProvider<Analyzer> {
    private final Analyzer analyzer;

    Provided(String name, Analyzer analyzer) {
      super(name);
      this.analyzer = analyzer;
    }

    @Override
    public Analyzer get() {
      return analyzer;
    }
  }

  /** The one filter with an option, because accents may be wanted both folded and as they stand. */
  private record Folding(String name, boolean preserveOriginal) implements TokenFilterFactory {
    @Override
    public TokenStream create(TokenStream tokens) {
      return new ASCIIFoldingFilter(tokens, preserveOriginal);
    }

    @Override
    public TokenStream normalize(TokenStream tokens) {
      return new ASCIIFoldingFilter(tokens);
    }
  }
}
