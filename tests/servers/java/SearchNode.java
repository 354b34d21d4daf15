import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One Elasticsearch node without the launcher that its distribution brings.
 * Arguments: the home folder, the folder for data, then any number of settings as name=value.
 */
public class SearchNode {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Settings.Builder settings = Settings.builder().put("path.home", home).put("path.data", arguments[1]);
    for (int i = 2; i < arguments.length; i++) {
      int equals = arguments[i].indexOf('=');
      settings.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
    }
    Environment environment = new Environment(settings.build(), home.resolve("config"));
    LogConfigurator.configureESLogging();
    LogConfigurator.configureWithoutConfig(environment.settings());
    Node node = new Node(environment, plugins(environment));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    Thread.currentThread().join();
  }

  private static PluginsLoader plugins(Environment environment) {
    var modules = PluginsLoader.loadModulesBundles(environment.modulesDir(), true);
    var plugins = PluginsLoader.loadPluginsBundles(environment.pluginsDir(), true);
    return PluginsLoader.createPluginsLoader(modules, plugins, Map.of(), false);
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }
}
